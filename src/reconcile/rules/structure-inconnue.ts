import { deuxCotes, valeursStructure, type Rule } from './rule.js';

export const structureInconnue: Rule = {
  codes: ['STRUCTURE_INCONNUE'],
  portee: 'fait',
  sql: `select 'STRUCTURE_INCONNUE', f.domaine, f.adresse, f.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, ${valeursStructure})
    from structure_vue s
    join fait f on f.structure_id = s.structure_id
    where not s.est_connue`,
};
