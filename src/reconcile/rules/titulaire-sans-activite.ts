import { deuxCotes, nomTitulaire, type Rule } from './rule.js';

export const titulaireSansActivite: Rule = {
  codes: ['TITULAIRE_SANS_ACTIVITE'],
  portee: 'fait',
  sql: `select 'TITULAIRE_SANS_ACTIVITE', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'rpps', f.pp, ${nomTitulaire})
    from verdict v join fait f on f.id = v.id
    where f.rang = 1 and v.est_connu and not v.a_activite`,
};
