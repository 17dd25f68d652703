// One search over one snapshot, done in slices so that a long one never delays the others.
import type { Directory, StaticEntry } from '../directory/directory.js';
import type { ResultCode } from '../protocol/result-code.js';
import type { SearchRequest } from '../protocol/request.js';
import type { Snapshot } from '../snapshot/segment.js';

export type SearchInput = {
  readonly directory: Directory;
  readonly snapshot: Snapshot;
  /** Depends on what the listener offers, hence not part of `directory`. */
  readonly rootDse: StaticEntry;
  readonly request: SearchRequest;
  /** Entries at most, the lower of what was asked and what this identity may have; 0 = no limit. */
  readonly sizeMax: number;
  /** Entries that an unindexable filter may examine before adminLimitExceeded (11). */
  readonly candidatesMax: number;
  /** On the clock of `performance.now()`; undefined = none. */
  readonly deadlineMs: number | undefined;
};

/** In a hit: the entry is in the snapshot's second view. */
export const secondViewFlag = 0x80000000;

export type SearchResult = {
  /** success, sizeLimitExceeded, timeLimitExceeded or adminLimitExceeded. */
  readonly code: ResultCode;
  readonly statics: readonly StaticEntry[];
  /** Docs in the order in which they are to be sent, with `secondViewFlag`. */
  readonly hits: Uint32Array;
};

export type SearchRun = {
  /** Examines about `docsMax` candidates more; undefined = there is more to do. `nowMs`: what the clock says. */
  step(docsMax: number, nowMs?: number): SearchResult | undefined;
  /** Memory that it keeps for itself from one step to the next. */
  readonly heldBytes: number;
  /** Gives that memory up: to be called once by whoever stops before the result. Does nothing after it. */
  release(): void;
};

export type SearchStart =
  | {
      readonly kind: 'refused';
      readonly code: ResultCode;
      readonly matchedDn: string;
      readonly message: string;
    }
  | { readonly kind: 'running'; readonly run: SearchRun };
