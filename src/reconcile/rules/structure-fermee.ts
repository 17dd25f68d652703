import { deuxCotes, valeursStructure, type Rule } from './rule.js';

export const structureFermee: Rule = {
  codes: ['STRUCTURE_FERMEE'],
  portee: 'fait',
  sql: `select 'STRUCTURE_FERMEE', f.domaine, f.adresse, r.structure_id, f.type_bal,
      jsonb_build_object(${deuxCotes}, ${valeursStructure})
    from structure_vue s
    join rattachement r on r.structure_id = s.structure_id
    join fait f on f.adresse = r.adresse
    where s.est_fermee`,
};
