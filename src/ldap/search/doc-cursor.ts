// Docs one by one, without an allocation for each. A cursor may give a doc twice.
import type { Column } from '../snapshot/segment.js';
import { exhausted, paused, type Meter } from './meter.js';

export type DocCursor = {
  /** A doc, `exhausted` or `paused`. */
  next(): number;
};

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
