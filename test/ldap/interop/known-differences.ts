// Where OpenLDAP and the mirror answer differently, one by one and on purpose; docs/ldap.md tells each to administrators.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { listLeaves } from './filter-parts.js';
import type { GeneratedSearch } from './generated-search.js';

export type KnownDifference = {
  readonly reason: string;
  readonly applies: (search: GeneratedSearch) => boolean;
};

const hasLeaf =
  (isOne: (leaf: Filter) => boolean) =>
  ({ filter }: GeneratedSearch): boolean =>
    listLeaves(filter).some(isOne);

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason:
      'slapd refuses a second sort at once on a connection (51), and pages of sorted answers are among them',
    applies: ({ sort, pageSize }) => sort !== undefined && pageSize > 0,
  },
  {
    reason: 'TEMP controls',
    applies: ({ sort, pageSize }) => sort !== undefined || pageSize > 0,
  },
  {
    reason: 'TEMP extensible',
    applies: hasLeaf((leaf) => leaf.kind === 'extensible' && leaf.rule !== undefined),
  },
];

export function findException(search: GeneratedSearch): KnownDifference | undefined {
  return knownDifferences.find(({ applies }) => applies(search));
}
