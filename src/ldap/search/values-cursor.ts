// From values to the docs that hold them.
import type { Column } from '../snapshot/segment.js';
import type { DocCursor } from './doc-cursor.js';
import { exhausted, paused, type Meter } from './meter.js';
import type { ValueCursor, ValueTest } from './value-cursor.js';

/** How many values are looked up together: see `#lookAhead`. */
const aheadMax = 16;
/** Nobody reads it: what is loaded in vain might not be loaded at all. */
const seen = new Uint32Array(1);

/** Docs of those values that pass a test. */
export class ValuesCursor implements DocCursor {
  readonly #column: Column;
  readonly #values: ValueCursor;
  readonly #test: ValueTest | undefined;
  readonly #rankMax: number;
  readonly #meter: Meter;
  /** In `column.docs`. */
  #at = 0;
  #end = 0;
  readonly #ahead = new Uint32Array(aheadMax);
  #aheadAt = 0;
  #aheadEnd = 0;
  /** What comes after those ahead, when it is no value. */
  #last = 0;

  /** @param test undefined when all are known to pass */
  constructor(
    column: Column,
    values: ValueCursor,
    test: ValueTest | undefined,
    rankMax: number,
    meter: Meter,
  ) {
    this.#column = column;
    this.#values = values;
    this.#test = test;
    this.#rankMax = rankMax;
    this.#meter = meter;
  }

  next(): number {
    while (this.#at >= this.#end) {
      const value = this.#nextValue();
      if (value < 0) return value;
      if (this.#test && !this.#test.matchesValue(value, this.#rankMax)) {
        if (++this.#meter.examined >= this.#meter.pauseAt) return paused;
        continue;
      }
      this.#at = this.#column.docsOffsets[value] ?? 0;
      this.#end = this.#column.docsOffsets[value + 1] ?? 0;
    }
    return this.#column.docs[this.#at++] ?? exhausted;
  }

  #nextValue(): number {
    if (this.#aheadAt === this.#aheadEnd) {
      const last = this.#last;
      this.#last = 0;
      if (last < 0) return last;
      this.#lookAhead();
      if (this.#aheadEnd === 0) return this.#nextValue();
    }
    return this.#ahead[this.#aheadAt++] ?? exhausted;
  }

  /**
   * Values are anywhere in tens of megabytes, and each would be waited for in its turn: loads that do not depend on one
   * another are waited for together.
   */
  #lookAhead(): void {
    const ahead = this.#ahead;
    const { folded, foldedOffsets, docs, docsOffsets } = this.#column;
    let sum = 0;
    let count = 0;
    while (count < aheadMax && this.#last >= 0) {
      const value = this.#values.next();
      if (value < 0) this.#last = value;
      else {
        ahead[count++] = value;
        sum += (foldedOffsets[value] ?? 0) + (docsOffsets[value] ?? 0);
      }
    }
    for (let at = 0; at < count; at++) {
      const value = ahead[at] ?? 0;
      sum += (folded[foldedOffsets[value] ?? 0] ?? 0) + (docs[docsOffsets[value] ?? 0] ?? 0);
    }
    seen[0] = sum;
    this.#aheadAt = 0;
    this.#aheadEnd = count;
  }
}
