import type { Rule } from './rule.js';

export const domaineSansBal: Rule = {
  codes: ['DOMAINE_SANS_BAL'],
  portee: 'parc',
  sql: `select 'DOMAINE_SANS_BAL', d.nom, null, '', null,
      jsonb_build_object('structure', d.structure_id, 'nombrePubliees',
        (select count(distinct b.adresse) from bal_annuaire b
          where b.domaine = d.nom and b.gone_load_id is null))
    from domaine_declare d
    where not exists (select 1 from parc_domaine p where p.domaine = d.nom)`,
};
