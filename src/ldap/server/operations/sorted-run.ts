// A search and then its sort, in slices.
import { resultCode } from '../../protocol/result-code.js';
import type { SearchInput, SearchResult, SearchRun } from '../../search/search-run.js';
import { sortHits, sortingBytes } from '../../search/sort-hits.js';
import type { SortPlan } from '../../search/sort-plan.js';

/** Candidates examined between two looks at the clock: well under a millisecond. */
const candidatesPerStep = 2_000;

export class SortedRun {
  readonly #input: SearchInput;
  readonly #run: SearchRun;
  readonly #plan: SortPlan | undefined;
  #found: SearchResult | undefined;
  #sorting: Generator<undefined, Uint32Array> | undefined;

  /** @param plan undefined: no order was asked for */
  constructor(input: SearchInput, run: SearchRun, plan: SortPlan | undefined) {
    this.#input = input;
    this.#run = run;
    this.#plan = plan;
  }

  get heldBytes(): number {
    if (!this.#found) return this.#run.heldBytes;
    const { byteLength, length } = this.#found.hits;
    return byteLength + sortingBytes(length, this.#input.snapshot);
  }

  release(): void {
    this.#run.release();
    this.#found = undefined;
    this.#sorting = undefined;
  }

  /** A slice; undefined = there is more to do. `nowMs`: what the clock says. */
  step(nowMs: number): SearchResult | undefined {
    const found = this.#found;
    if (!found || !this.#sorting) return this.#search(nowMs);
    const { deadlineMs } = this.#input;
    if (deadlineMs !== undefined && nowMs >= deadlineMs) {
      return { code: resultCode.timeLimitExceeded, statics: [], hits: new Uint32Array(0) };
    }
    const sorted = this.#sorting.next();
    return sorted.done === true ? { ...found, hits: sorted.value } : undefined;
  }

  #search(nowMs: number): SearchResult | undefined {
    const found = this.#run.step(candidatesPerStep, nowMs);
    if (!found || this.#plan?.kind !== 'columns') return found;
    this.#found = found;
    this.#sorting = sortHits(this.#input.snapshot, found.hits, this.#plan.columns);
    return undefined;
  }
}
