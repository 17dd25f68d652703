// Docs one by one, without an allocation for each. A cursor may give a doc twice.
import type { Column } from '../snapshot/segment.js';
import { exhausted, paused, type Meter } from './meter.js';

export type DocCursor = {
  /** A doc, `exhausted` or `paused`. */
  next(): number;
};

/** Value ids in ascending order, under the same contract. */
export type ValueCursor = DocCursor;

export const emptyCursor: DocCursor = { next: () => exhausted };

/** All numbers from `next` to before `end`: docs or value ids. */
export class SpanCursor implements DocCursor {
  #next: number;
  readonly #end: number;

  constructor(first: number, end: number) {
    this.#next = first;
    this.#end = end;
  }

  next(): number {
    return this.#next < this.#end ? this.#next++ : exhausted;
  }
}

/** Docs of a range of values: they are side by side. */
export class RangeCursor implements DocCursor {
  readonly #docs: Uint32Array;
  #at: number;
  readonly #end: number;

  constructor(column: Column, firstValue: number, endValue: number) {
    this.#docs = column.docs;
    this.#at = column.docsOffsets[firstValue] ?? 0;
    this.#end = column.docsOffsets[endValue] ?? 0;
  }

  next(): number {
    return this.#at < this.#end ? (this.#docs[this.#at++] ?? exhausted) : exhausted;
  }
}

/** Whether a value is sought; `rankMax` as in `rankText`. */
export type ValueTest = {
  matchesValue(valueId: number, rankMax: number): boolean;
};

/** Values at a range of word starts. */
export class WordStartsCursor implements ValueCursor {
  readonly #values: Uint32Array;
  #at: number;
  readonly #end: number;

  constructor(values: Uint32Array, first: number, end: number) {
    this.#values = values;
    this.#at = first;
    this.#end = end;
  }

  next(): number {
    return this.#at < this.#end ? (this.#values[this.#at++] ?? exhausted) : exhausted;
  }
}

/** How many values one call of `indexOf` may run over. */
const windowValues = 2048;

/** Values of a column without n-grams that hold a part: a scan of all its text. */
export class ScanCursor implements ValueCursor {
  readonly #column: Column;
  readonly #part: Buffer;
  readonly #meter: Meter;
  /** Next value to look at. */
  #value = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  #windowEndValue = 0;

  constructor(column: Column, part: Buffer, meter: Meter) {
    this.#column = column;
    this.#part = part;
    this.#meter = meter;
  }

  next(): number {
    const { foldedOffsets, valueCount } = this.#column;
    while (this.#value < valueCount) {
      if (this.#value >= this.#windowEndValue) this.#openWindow();
      const from = (foldedOffsets[this.#value] ?? 0) - this.#windowStart;
      const found = this.#window.indexOf(this.#part, from);
      const last = this.#value;
      if (found >= 0) {
        const value = this.#valueAt(this.#windowStart + found);
        this.#value = value + 1;
        this.#meter.examined += value - last;
        return value;
      }
      this.#value = this.#windowEndValue;
      this.#meter.examined += this.#value - last;
      if (this.#meter.examined >= this.#meter.pauseAt) return paused;
    }
    return exhausted;
  }

  #openWindow(): void {
    const { folded, foldedOffsets, valueCount } = this.#column;
    this.#windowStart = foldedOffsets[this.#value] ?? 0;
    this.#windowEndValue = Math.min(this.#value + windowValues, valueCount);
    const end = foldedOffsets[this.#windowEndValue] ?? 0;
    this.#window = folded.subarray(this.#windowStart, end);
  }

  /** Value that the byte at `place`, in the window, belongs to. */
  #valueAt(place: number): number {
    const { foldedOffsets } = this.#column;
    let low = this.#value;
    let high = this.#windowEndValue;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((foldedOffsets[middle + 1] ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export type DocTest = {
  /** Tests of one value that it comes to, at most. */
  readonly weight: number;
  test(doc: number, rankMax: number): boolean;
};

/** Docs of a cursor that pass all tests but that of `driver`, which the cursor stands for. */
export class FilterCursor implements DocCursor {
  readonly #cursor: DocCursor;
  readonly #tests: readonly DocTest[];
  readonly #driver: DocTest | undefined;
  readonly #rankMax: number;
  readonly #meter: Meter;
  /** Of one doc. */
  readonly #work: number;

  constructor(
    cursor: DocCursor,
    tests: readonly DocTest[],
    driver: DocTest | undefined,
    rankMax: number,
    meter: Meter,
  ) {
    this.#cursor = cursor;
    this.#tests = tests;
    this.#driver = driver;
    this.#rankMax = rankMax;
    this.#meter = meter;
    this.#work = tests.reduce((sum, test) => (test === driver ? sum : sum + test.weight), 0);
  }

  next(): number {
    const tests = this.#tests;
    const meter = this.#meter;
    while (meter.workLeft > 0) {
      const doc = this.#cursor.next();
      if (doc < 0) return doc;
      meter.workLeft -= this.#work;
      let isMatch = true;
      for (let i = 0; i < tests.length && isMatch; i++) {
        const test = tests[i];
        isMatch = test === undefined || test === this.#driver || test.test(doc, this.#rankMax);
      }
      if (isMatch) return doc;
      if (++meter.examined >= meter.pauseAt) return paused;
    }
    return paused;
  }
}

/** One cursor after the other. */
export class UnionCursor implements DocCursor {
  readonly #cursors: readonly DocCursor[];
  #at = 0;

  constructor(cursors: readonly DocCursor[]) {
    this.#cursors = cursors;
  }

  next(): number {
    while (this.#at < this.#cursors.length) {
      const doc = this.#cursors[this.#at]?.next() ?? exhausted;
      if (doc !== exhausted) return doc;
      this.#at++;
    }
    return exhausted;
  }
}
