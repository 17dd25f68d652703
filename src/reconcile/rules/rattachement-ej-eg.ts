import { deuxCotes, nomTitulaire, valeursStructure, type Rule } from './rule.js';

// a: attached to an EJ, the holder practises in one EG of it; b: attached to an EJ, the domain is an EG's of it;
// c: attached to an EG, the domain is another EJ's. The first that holds wins.
const cas = `case
    when s.nature = 'EJ' and r.eg_unique is not null then 'a'
    when s.nature = 'EJ' and d.nature = 'EG' and d.ej = s.identifiant then 'b'
    when s.nature = 'EG' and d.nature = 'EJ' and s.ej <> d.identifiant then 'c' end`;

export const rattachementEjEg: Rule = {
  codes: ['RATTACHEMENT_EJ_EG'],
  portee: 'fait',
  sql: `select 'RATTACHEMENT_EJ_EG', f.domaine, f.adresse, r.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, 'cas', r.cas, ${valeursStructure}, ${nomTitulaire},
        'attendue', case r.cas when 'a' then '1' || r.eg_unique else d.structure_id end)
    from (select r.adresse, r.structure_id, r.eg_unique, ${cas} as cas
      from rattachement r
      join fait f on f.adresse = r.adresse
      join structure_vue s on s.structure_id = r.structure_id and s.genre = 'finess'
      left join domaine_declare n on n.nom = f.domaine
      left join structure_vue d on d.structure_id = n.structure_id and d.genre = 'finess') r
    join fait f on f.adresse = r.adresse
    join structure_vue s on s.structure_id = r.structure_id
    left join domaine_declare d on d.nom = f.domaine
    where r.cas is not null`,
};
