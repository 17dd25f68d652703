import { exercice, lignesExercice } from '../faits.js';
import { deuxCotes, nomTitulaire, valeursStructure, type Rule } from './rule.js';

const lieu = `coalesce('1' || ${exercice.site}, '1' || ${exercice.ej}, '3' || ${exercice.siret},
  ${exercice.ancien}, ${exercice.technique})`;

// Where the holder does practise, so that an administrator sees at once what happened; five places are enough.
const exerceA = `select to_jsonb((array_agg(lieu order by lieu))[1:5]) as lieux
  from (select distinct jsonb_strip_nulls(jsonb_build_object('id', ${lieu},
      'raisonSociale', ${exercice.raisonSociale})) as lieu
    from (${lignesExercice(true, 'identifiant_pp = f.pp')}) l ${exercice.structure}
    where ${lieu} is not null) distincts`;

export const titulaireHorsStructure: Rule = {
  codes: ['TITULAIRE_HORS_STRUCTURE'],
  portee: 'fait',
  sql: `select 'TITULAIRE_HORS_STRUCTURE', f.domaine, f.adresse, f.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, 'rpps', f.pp, ${nomTitulaire}, ${valeursStructure},
        'exerceA', coalesce(e.lieux, '[]'))
    from verdict v
    join fait f on f.id = v.id
    join structure_vue s on s.structure_id = f.structure_id
    cross join lateral (${exerceA}) e
    where f.type_bal = 'PER' and s.est_connue and v.a_activite and not v.exerce_dans`,
};
