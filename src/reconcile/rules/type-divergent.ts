import { deuxCotes, type Rule } from './rule.js';

export const typeDivergent: Rule = {
  codes: ['TYPE_DIVERGENT'],
  portee: 'fait',
  sql: `select 'TYPE_DIVERGENT', f.domaine, f.adresse, '', f.type_bal, jsonb_build_object(${deuxCotes})
    from fait f
    where f.est_operateur and f.est_annuaire and f.op_types is distinct from f.an_types`,
};
