import type { Client } from '../db/pool.js';
import type { RejectedLine } from '../domain/source.js';
import { loadRows } from '../store/line-table.js';
import type { RowsLoaded } from '../store/line-table.js';
import type { SmallSource } from './small-source.js';

export type SmallLoaded = RowsLoaded & {
  readonly warnings: readonly string[];
  readonly rejects: readonly RejectedLine[];
  readonly rejectedCount: number;
};

/**
 * Reads `source` to its end into its line table, as load `loadId`, in the caller's transaction. Guards are the caller's: he
 * rolls back when the counts do not please him.
 */
export async function loadSmallSource(
  client: Client,
  loadId: number,
  source: SmallSource,
): Promise<SmallLoaded> {
  const loaded = await loadRows(client, source.table, loadId, source.rows());
  const warnings = [...source.warnings()];
  if (loaded.ambiguousKeys > 0 && source.ambiguity) {
    warnings.push(source.ambiguity(loaded.ambiguousKeys));
  }
  return {
    ...loaded,
    warnings,
    rejects: source.rejects(),
    rejectedCount: source.rejectedCount(),
  };
}
