import { deuxCotes, valeursStructure, type Rule } from './rule.js';

export const structureInconnue: Rule = {
  codes: ['STRUCTURE_INCONNUE'],
  portee: 'fait',
  sql: `select 'STRUCTURE_INCONNUE', f.domaine, f.adresse, r.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, ${valeursStructure})
    from structure_vue s
    join rattachement r on r.structure_id = s.structure_id
    join fait f on f.adresse = r.adresse
    where not s.est_connue`,
};
