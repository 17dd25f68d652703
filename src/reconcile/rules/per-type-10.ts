import { deuxCotes, type Rule } from './rule.js';

export const perType10: Rule = {
  codes: ['PER_TYPE_10'],
  portee: 'fait',
  sql: `select 'PER_TYPE_10', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'sansIdentifiant', f.type_bal = 'PER' and f.pp is null)
    from fait f
    where (f.op_type = 'PER' and f.op_type_pp = '10') or (f.an_type = 'PER' and f.an_type_pp = '10')
      or (f.type_bal = 'PER' and f.pp is null)`,
};
