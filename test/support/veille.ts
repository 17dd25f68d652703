// A database that is always as it is told: for tests of what is not about it.
import type { DatabaseState } from '../../src/db/database-watch.js';
import type { VeilleBase } from '../../src/web/disponibilite.js';

export const baseEnService: DatabaseState = {
  isReachable: true,
  since: new Date('2027-01-15T06:00:00Z'),
  cause: undefined,
  remedy: undefined,
  readOnly: undefined,
  cutSince: undefined,
  schema: { kind: 'a-jour' },
  clockAheadMs: 0,
  backSince: undefined,
};

export function veilleFixe(state: Partial<DatabaseState> = {}): VeilleBase {
  const all = { ...baseEnService, ...state };
  return { state: all, check: () => Promise.resolve(all) };
}
