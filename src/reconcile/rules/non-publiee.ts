import { deuxCotes, type Rule } from './rule.js';

export const nonPubliee: Rule = {
  codes: ['NON_PUBLIEE'],
  portee: 'fait',
  sql: `select 'NON_PUBLIEE', f.domaine, f.adresse, '', f.type_bal, jsonb_build_object(${deuxCotes})
    from fait f
    where f.est_operateur and not f.est_annuaire and f.etat = 'actif' and not f.liste_rouge
      and (f.type_bal = 'ORG' or (f.type_bal = 'PER' and f.type_pp is distinct from '10' and f.pp is not null))
      and f.adresse ~ (select motif_adresse from reglage)`,
};
