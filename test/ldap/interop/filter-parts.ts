import type { Filter } from '../../../src/ldap/protocol/request.js';

/** Every part of a filter that asserts something, whatever it is nested in. */
export function listLeaves(filter: Filter): Filter[] {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.filters.flatMap(listLeaves);
  return filter.kind === 'not' ? listLeaves(filter.filter) : [filter];
}
