import type { DocCursor, DocTest } from './doc-cursor.js';

/** A condition on one view of the snapshot. */
export type PlanNode = DocTest & {
  /** The worst rank that an entry can have: those asked for beyond it give nothing more. */
  readonly rankMax: number;
  /** About how many docs `open` looks at; Infinity where no index helps. */
  estimate(rankMax: number): number;
  /** Docs of this rank at most; those of lower ranks may be missing when `isNewOnly`. */
  open(rankMax: number, isNewOnly: boolean): DocCursor;
};
