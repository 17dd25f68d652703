import { deuxCotes, nomTitulaire, valeursStructure, type Rule } from './rule.js';

// Where the holder does practise, so that an administrator sees at once what happened; five places are enough.
const exerceA = `select rpps, to_jsonb((array_agg(lieu order by lieu))[1:5]) as lieux
  from (select distinct h.rpps, jsonb_strip_nulls(jsonb_build_object(
      'id', coalesce('1' || l.finess_site, '1' || l.finess_ej, '3' || l.siret, l.ancien_identifiant,
        l.identifiant_technique), 'raisonSociale', l.raison_sociale)) as lieu
    from (select distinct rpps from hors) h
    join exercice e on e.rpps = h.rpps and e.est_activite
    join lieu l on l.lieu = e.lieu) distincts
  group by rpps`;

export const titulaireHorsStructure: Rule = {
  codes: ['TITULAIRE_HORS_STRUCTURE'],
  portee: 'fait',
  sql: `with hors as materialized (
      select r.adresse, r.structure_id, r.rpps
      from rattachement r
      join structure_vue s on s.structure_id = r.structure_id
      join titulaire_vu t on t.rpps = r.rpps
      where r.type_bal = 'PER' and s.est_connue and t.a_activite and not r.exerce_dans),
    exerce as materialized (${exerceA})
    select 'TITULAIRE_HORS_STRUCTURE', f.domaine, f.adresse, h.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, 'rpps', f.pp, ${nomTitulaire}, ${valeursStructure},
        'exerceA', coalesce(e.lieux, '[]'))
    from hors h
    join structure_vue s on s.structure_id = h.structure_id
    join fait f on f.adresse = h.adresse
    left join exerce e on e.rpps = h.rpps`,
};
