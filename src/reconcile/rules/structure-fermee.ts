import { deuxCotes, valeursStructure, type Rule } from './rule.js';

export const structureFermee: Rule = {
  codes: ['STRUCTURE_FERMEE'],
  portee: 'fait',
  sql: `select 'STRUCTURE_FERMEE', f.domaine, f.adresse, f.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, ${valeursStructure})
    from structure_vue s
    join fait f on f.structure_id = s.structure_id
    where s.est_fermee`,
};
