// Running a plan: the best rank first, so that a size limit keeps the best and costs what it keeps.
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import type { StaticEntry } from '../directory/directory.js';
import type { SegmentView } from '../snapshot/segment.js';
import type { DocCursor } from './doc-cursor.js';
import { isRemoved } from './find-entry.js';
import { exhausted, paused, type Meter } from './meter.js';
import type { PlanNode } from './plan-node.js';
import { scratchPool, type Scratch } from './scratch.js';
import {
  secondViewFlag,
  type SearchInput,
  type SearchResult,
  type SearchRun,
} from './search-run.js';

/** Tests of values in a slice, for each doc that it may examine: what an ordinary filter has. */
const testsPerDoc = 2;

const noHits = new Uint32Array(0);

export type ViewPlan = { readonly view: SegmentView; readonly node: PlanNode };

/**
 * Hits are ordered by rank, then by view, then as the indexes give them: for one snapshot that is always the same.
 * Without a size limit nothing can be cut: ranks are not told apart, and the order is that of the indexes.
 */
export class RankedSearch implements SearchRun {
  readonly #input: SearchInput;
  readonly #plans: readonly ViewPlan[];
  readonly #statics: readonly StaticEntry[];
  readonly #meter: Meter;
  /** From the first step to the last. */
  #scratch: Scratch | undefined;
  /** Hits that may be sent besides the static entries. */
  readonly #hitsMax: number;
  readonly #rankMax: number;
  #rank: number;
  /** Docs of all lower ranks were taken already. */
  #isNewOnly = false;
  #viewIndex = 0;
  #cursor: DocCursor | undefined;
  #hitCount = 0;
  /** Docs that cursors gave, those given twice included; what was examined besides did not match. */
  #givenCount = 0;
  readonly #planBytes: number;
  #result: SearchResult | undefined;

  constructor(
    input: SearchInput,
    plans: readonly ViewPlan[],
    statics: readonly StaticEntry[],
    meter: Meter,
    planBytes: number,
  ) {
    this.#input = input;
    this.#planBytes = planBytes;
    this.#plans = plans;
    this.#statics = statics;
    this.#meter = meter;
    const { sizeMax } = input;
    this.#hitsMax = sizeMax === 0 ? Infinity : Math.max(0, sizeMax - statics.length);
    this.#rankMax = plans.reduce((worst, { node }) => Math.max(worst, node.rankMax), 0);
    this.#rank = sizeMax === 0 ? this.#rankMax : 0;
  }

  get heldBytes(): number {
    if (this.#result) return this.#result.hits.byteLength;
    return this.#planBytes + (this.#scratch?.byteLength ?? 0);
  }

  step(docsMax: number, nowMs = performance.now()): SearchResult | undefined {
    if (this.#result) return this.#result;
    const { deadlineMs, candidatesMax } = this.#input;
    if (deadlineMs !== undefined && nowMs >= deadlineMs) {
      return this.#end(resultCode.timeLimitExceeded);
    }
    if (this.#isOverSize()) return this.#end(resultCode.sizeLimitExceeded);
    // What the limit on candidates leaves ends a slice too, so that it is exact whatever the size of slices.
    const wasteLeft = candidatesMax - (this.#meter.examined - this.#givenCount);
    this.#meter.pauseAt = this.#meter.examined + Math.max(1, Math.min(docsMax, wasteLeft + 1));
    this.#meter.workLeft = docsMax * testsPerDoc;
    const code = this.#run();
    if (code !== undefined) return this.#end(code);
    const isWasteful = this.#meter.examined - this.#givenCount > candidatesMax;
    return isWasteful ? this.#end(resultCode.adminLimitExceeded) : undefined;
  }

  release(): void {
    if (this.#scratch) scratchPool.giveBack(this.#scratch);
    this.#scratch = undefined;
    this.#result ??= { code: resultCode.canceled, statics: [], hits: noHits };
  }

  /** Undefined when the slice is over before the search. */
  #run(): ResultCode | undefined {
    for (;;) {
      const cursor = (this.#cursor ??= this.#openNext());
      if (!cursor) return resultCode.success;
      const plan = this.#plans[this.#viewIndex];
      if (!plan) return resultCode.success;
      const last = this.#drain(cursor, plan);
      if (this.#isOverSize()) return resultCode.sizeLimitExceeded;
      if (last !== exhausted) return undefined;
      this.#cursor = undefined;
      this.#viewIndex++;
    }
  }

  /** The next rank that may have docs, in the next view; undefined when there is none left. */
  #openNext(): DocCursor | undefined {
    if (this.#viewIndex >= this.#plans.length) {
      if (this.#rank >= this.#rankMax) return undefined;
      this.#rank++;
      this.#viewIndex = 0;
      this.#isNewOnly = true;
    }
    if (this.#viewIndex === 0 && this.#rank < this.#rankMax && this.#mustScan()) {
      this.#rank = this.#rankMax;
      this.#isNewOnly = false;
    }
    return this.#plans[this.#viewIndex]?.node.open(this.#rank, this.#isNewOnly);
  }

  /** Nothing is looked up: reading all entries once for each rank would be four times the work. */
  #mustScan(): boolean {
    return this.#plans.some(({ node }) => node.estimate(this.#rank) === Infinity);
  }

  #drain(cursor: DocCursor, { view }: ViewPlan): number {
    const { docCount } = this.#plans[0]?.view.segment ?? { docCount: 0 };
    const isSecond = this.#viewIndex > 0;
    const scratch = (this.#scratch ??= scratchPool.borrow(this.#docCount()));
    const meter = this.#meter;
    for (;;) {
      const doc = cursor.next();
      if (doc < 0) return doc;
      this.#givenCount++;
      meter.examined++;
      if (scratch.takes(isSecond ? docCount + doc : doc) && !isRemoved(view, doc)) {
        scratch.push(this.#hitCount++, isSecond ? doc + secondViewFlag : doc);
        // One more than may be sent tells that there are more.
        if (this.#hitCount > this.#hitsMax) return paused;
      }
      if (meter.examined >= meter.pauseAt) return paused;
    }
  }

  #docCount(): number {
    return this.#plans.reduce((sum, { view }) => sum + view.segment.docCount, 0);
  }

  #isOverSize(): boolean {
    const { sizeMax } = this.#input;
    return this.#hitCount > this.#hitsMax || (sizeMax > 0 && this.#statics.length > sizeMax);
  }

  #end(code: ResultCode): SearchResult {
    const count = Math.min(this.#hitCount, this.#hitsMax);
    const hits = count === 0 || !this.#scratch ? noHits : this.#scratch.hits.slice(0, count);
    const { sizeMax } = this.#input;
    const statics = sizeMax === 0 ? this.#statics : this.#statics.slice(0, sizeMax);
    this.#result = { code, statics, hits };
    this.release();
    return this.#result;
  }
}
