import { deuxCotes, nomTitulaire, valeursStructure, type Rule } from './rule.js';

// a: attached to an EJ, the holder practises in one EG of it; b: attached to an EJ, the domain is an EG's of it;
// c: attached to an EG, the domain is another EJ's. The first that holds wins.
export const rattachementEjEg: Rule = {
  codes: ['RATTACHEMENT_EJ_EG'],
  portee: 'fait',
  sql: `with declaree as materialized (
      select d.nom, s.* from domaine_declare d join structure_vue s on s.structure_id = d.structure_id
      where s.genre = 'finess'),
    cas as materialized (
      select f.id, 'a' as cas, '1' || v.eg_unique as attendue
      from verdict v join fait f on f.id = v.id where v.eg_unique is not null
      union all
      select f.id, case s.nature when 'EJ' then 'b' else 'c' end, d.structure_id
      from declaree d
      join fait f on f.domaine = d.nom
      join structure_vue s on s.structure_id = f.structure_id and s.genre = 'finess'
      where (s.nature = 'EJ' and d.nature = 'EG' and d.ej = s.identifiant)
        or (s.nature = 'EG' and d.nature = 'EJ' and s.ej <> d.identifiant))
    select 'RATTACHEMENT_EJ_EG', f.domaine, f.adresse, f.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, 'cas', c.cas, ${valeursStructure}, ${nomTitulaire},
        'attendue', c.attendue)
    from (select distinct on (id) id, cas, attendue from cas order by id, cas) c
    join fait f on f.id = c.id
    join structure_vue s on s.structure_id = f.structure_id`,
};
