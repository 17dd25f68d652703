import type { Rule } from './rule.js';

export const domaineHorsListeBlanche: Rule = {
  codes: ['DOMAINE_HORS_LISTE_BLANCHE'],
  portee: 'parc',
  sql: `select 'DOMAINE_HORS_LISTE_BLANCHE', domaine, null, '', null,
      jsonb_build_object('nombreBal', nombre, 'declare', declare)
    from (select coalesce(d.nom, p.domaine) as domaine, coalesce(p.nombre, 0) as nombre,
        d.nom is not null as declare
      from domaine_declare d full join parc_domaine p on p.domaine = d.nom) nos_domaines
    where not exists (select 1 from domaine_liste_blanche l
      where l.domaine = nos_domaines.domaine and l.gone_load_id is null)`,
};
