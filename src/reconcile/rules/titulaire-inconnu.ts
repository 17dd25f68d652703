import { deuxCotes, nomTitulaire, type Rule } from './rule.js';

export const titulaireInconnu: Rule = {
  codes: ['TITULAIRE_INCONNU'],
  portee: 'fait',
  sql: `select 'TITULAIRE_INCONNU', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'rpps', f.pp, ${nomTitulaire})
    from verdict v join fait f on f.id = v.id
    where f.rang = 1 and not v.est_connu`,
};
