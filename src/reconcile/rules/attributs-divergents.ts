import { deuxCotes, type Rule } from './rule.js';

export const attributsDivergents: Rule = {
  codes: ['ATTRIBUTS_DIVERGENTS'],
  portee: 'fait',
  sql: `select 'ATTRIBUTS_DIVERGENTS', f.domaine, f.adresse, '', f.type_bal,
      jsonb_build_object(${deuxCotes}, 'champs', to_jsonb(array_remove(array[
        case when f.op_titulaires is distinct from f.an_titulaires then 'titulaire' end,
        case when f.op_structures <> f.an_structures then 'structures' end,
        case when f.op_services is distinct from f.an_services then 'service' end], null)))
    from fait f
    where f.est_operateur and f.est_annuaire and f.op_types is not distinct from f.an_types
      and (f.op_titulaires is distinct from f.an_titulaires or f.op_structures <> f.an_structures
        or f.op_services is distinct from f.an_services)`,
};
