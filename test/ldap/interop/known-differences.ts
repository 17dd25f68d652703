// Where OpenLDAP and the mirror answer differently, one by one and on purpose; docs/ldap.md tells each to administrators.
import type { GeneratedSearch } from './generated-search.js';

export type KnownDifference = {
  readonly reason: string;
  readonly applies: (search: GeneratedSearch) => boolean;
};

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason:
      'slapd refuses a second sort at once on a connection (51), and pages of sorted answers are among them',
    applies: ({ sort, pageSize }) => sort !== undefined && pageSize > 0,
  },
];

export function findException(search: GeneratedSearch): KnownDifference | undefined {
  return knownDifferences.find(({ applies }) => applies(search));
}
