import { deuxCotes, type Rule } from './rule.js';

export const attributsDivergents: Rule = {
  codes: ['ATTRIBUTS_DIVERGENTS'],
  portee: 'fait',
  sql: `select 'ATTRIBUTS_DIVERGENTS', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'champs', to_jsonb(array_remove(array[
        case when (f.op_titulaires, f.op_type_pp, f.op_pp) is distinct from (f.an_titulaires, f.an_type_pp, f.an_pp) then 'titulaire' end,
        case when f.op_structures is distinct from f.an_structures then 'structures' end,
        case when f.op_services is distinct from f.an_services then 'service' end], null)))
    from fait f
    where f.rang = 1 and f.est_operateur and f.est_annuaire and f.op_types is not distinct from f.an_types
      and ((f.op_titulaires, f.op_type_pp, f.op_pp) is distinct from (f.an_titulaires, f.an_type_pp, f.an_pp) or f.op_structures is distinct from f.an_structures
        or f.op_services is distinct from f.an_services)`,
};
