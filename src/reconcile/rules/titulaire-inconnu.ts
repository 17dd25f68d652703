import { deuxCotes, nomTitulaire, type Rule } from './rule.js';

export const titulaireInconnu: Rule = {
  codes: ['TITULAIRE_INCONNU'],
  portee: 'fait',
  sql: `select 'TITULAIRE_INCONNU', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'rpps', f.pp, ${nomTitulaire})
    from fait f join titulaire_vu t on t.rpps = f.pp
    where f.type_pp = '8' and f.type_bal in ('PER', 'CAB') and not t.est_connu`,
};
