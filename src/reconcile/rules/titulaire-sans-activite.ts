import { deuxCotes, nomTitulaire, type Rule } from './rule.js';

export const titulaireSansActivite: Rule = {
  codes: ['TITULAIRE_SANS_ACTIVITE'],
  portee: 'fait',
  sql: `select 'TITULAIRE_SANS_ACTIVITE', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'rpps', f.pp, ${nomTitulaire})
    from fait f join titulaire_vu t on t.rpps = f.pp
    where f.type_pp = '8' and f.type_bal in ('PER', 'CAB') and t.est_connu and not t.a_activite`,
};
