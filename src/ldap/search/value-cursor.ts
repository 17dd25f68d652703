// Values one by one, without an allocation for each, and from values to the docs that hold them.
import { isBitmap, type Column } from '../snapshot/segment.js';
import type { Gram } from './column-lookup.js';
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

/** Values that hold a gram. */
export class GramCursor implements ValueCursor {
  readonly #lists: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  readonly #isBitmap: boolean;
  #at: number;
  /** Of a list: the last id. Of a bitmap: the one that the lowest bit of the next byte stands for. */
  #value = 0;
  /** Of a bitmap: what is left of the byte before `#at`. */
  #bits = 0;

  constructor({ index, slot, count }: Gram) {
    this.#lists = index.lists;
    this.#start = slot < 0 ? 0 : (index.offsets[slot] ?? 0);
    this.#end = slot < 0 ? 0 : (index.offsets[slot + 1] ?? 0);
    this.#isBitmap = isBitmap(count, index.valueCount);
    this.#at = this.#start;
  }

  next(): number {
    if (this.#isBitmap) return this.#nextBit();
    if (this.#at >= this.#end) return exhausted;
    const lists = this.#lists;
    let byte = lists[this.#at++] ?? 0;
    let delta = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = lists[this.#at++] ?? 0;
      delta |= (byte & 0x7f) << shift;
    }
    this.#value += delta;
    return this.#value;
  }

  #nextBit(): number {
    let bits = this.#bits;
    while (bits === 0) {
      if (this.#at >= this.#end) return exhausted;
      bits = this.#lists[this.#at++] ?? 0;
      this.#value += 8;
    }
    this.#bits = bits & (bits - 1);
    return this.#value + 23 - Math.clz32(bits & -bits);
  }

  /** In bytes: how far a list is read. Of a bitmap 0, since `seek` jumps in it. */
  get place(): number {
    return this.#isBitmap ? 0 : this.#at;
  }

  /** The first from `value` on, which none given so far is above. */
  seek(value: number): number {
    if (this.#isBitmap) {
      const at = this.#start + (value >>> 3);
      if (at >= this.#end) return exhausted;
      this.#bits = (this.#lists[at] ?? 0) & (0xff << (value & 7));
      this.#at = at + 1;
      this.#value = (value & ~7) + 8;
    }
    let found = this.next();
    while (found >= 0 && found < value) found = this.next();
    return found;
  }
}

/** Of one value in a list, against the test of a value: about a tenth. */
const readCost = 1 / 8;

/** Values that hold both of two grams. */
export class TwoGramsCursor implements ValueCursor {
  readonly #first: GramCursor;
  readonly #second: GramCursor;
  readonly #meter: Meter;
  #last: number;

  constructor(first: Gram, second: Gram, meter: Meter) {
    this.#meter = meter;
    this.#first = new GramCursor(first);
    this.#second = new GramCursor(second);
    this.#last = this.#second.next();
  }

  next(): number {
    // Lists that hold nothing in common give nothing to be counted by: their own reading is.
    while (this.#meter.workLeft > 0) {
      const value = this.#first.next();
      if (value < 0 || this.#last < 0) return exhausted;
      this.#meter.workLeft -= readCost;
      if (this.#last < value) {
        const from = this.#second.place;
        this.#last = this.#second.seek(value);
        this.#meter.workLeft -= (this.#second.place - from) * readCost;
      }
      if (this.#last === value) return value;
      if (this.#last < 0) return exhausted;
    }
    return paused;
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
