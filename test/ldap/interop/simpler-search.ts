// From a search that shows a difference to the smallest that still does.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { describeSearch, type GeneratedSearch } from './generated-search.js';

/** Simpler searches, one step each: the smallest that still shows a difference is what a person reads. */
export function simplerSearches(search: GeneratedSearch): GeneratedSearch[] {
  const { filter } = search;
  return [
    { ...search, pageSize: 0 },
    { ...search, sort: undefined },
    { ...search, sizeLimit: 0 },
    { ...search, typesOnly: false },
    { ...search, attributes: ['1.1'] },
    ...search.attributes.map((_, index) => ({
      ...search,
      attributes: search.attributes.filter((__, other) => other !== index),
    })),
    { ...search, scope: 2 },
    ...simplerFilters(filter).map((simpler) => ({ ...search, filter: simpler })),
    { ...search, filter: { kind: 'present' as const, attribute: 'objectClass' } },
  ].filter((simpler) => describeSearch(simpler) !== describeSearch(search));
}

function simplerFilters(filter: Filter): Filter[] {
  if (filter.kind === 'not') {
    const inner = simplerFilters(filter.filter).map((simpler): Filter => ({
      kind: 'not',
      filter: simpler,
    }));
    return [filter.filter, ...inner];
  }
  if (filter.kind !== 'and' && filter.kind !== 'or') return simplerLeaves(filter);
  const { kind, filters } = filter;
  return [
    ...filters,
    ...filters.map((_, index) => ({ kind, filters: filters.filter((__, at) => at !== index) })),
    ...filters.flatMap((one, index) =>
      simplerFilters(one).map((simpler) => ({
        kind,
        filters: filters.map((other, at) => (at === index ? simpler : other)),
      })),
    ),
  ];
}

function simplerLeaves(filter: Filter): Filter[] {
  if (filter.kind !== 'substrings') return [];
  const { initial, any, final } = filter;
  const count = (initial ? 1 : 0) + any.length + (final ? 1 : 0);
  if (count < 2) return [];
  return [
    ...(initial ? [{ ...filter, initial: undefined }] : []),
    ...(final ? [{ ...filter, final: undefined }] : []),
    ...any.map((_, index) => ({ ...filter, any: any.filter((__, at) => at !== index) })),
  ];
}
