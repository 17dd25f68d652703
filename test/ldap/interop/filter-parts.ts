import type { Filter } from '../../../src/ldap/protocol/request.js';

/** Every part of a filter that asserts something, whatever it is nested in. */
export function listLeaves(filter: Filter): Filter[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(listLeaves);
    case 'not':
      return listLeaves(filter.filter);
    default:
      return [filter];
  }
}

/** Attribute descriptions that a filter names, as written. */
export function listFilterAttributes(filter: Filter): string[] {
  return listLeaves(filter).flatMap((leaf) =>
    'attribute' in leaf && leaf.attribute !== undefined ? [leaf.attribute] : [],
  );
}
