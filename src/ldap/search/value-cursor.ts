// Values one by one, without an allocation for each; those that n-grams list are in `gram-cursor.ts`.
import type { Column } from '../snapshot/segment.js';
import type { DocCursor } from './doc-cursor.js';
import { exhausted, paused, type Meter } from './meter.js';

/** Value ids in ascending order, under the same contract. */
export type ValueCursor = DocCursor;

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
