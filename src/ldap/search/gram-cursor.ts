// Values that hold one gram, or two.
import { isBitmap, type PackedGrams } from '../snapshot/segment.js';
import type { ValueCursor } from './value-cursor.js';
import { exhausted, paused, type Meter } from './meter.js';

/** `slot`: -1 of one that no value holds. */
export type Gram = { readonly index: PackedGrams; readonly slot: number; readonly count: number };

/** Values that hold a gram. */
export class GramCursor implements ValueCursor {
  /** Otherwise a list. */
  readonly isBitmap: boolean;
  readonly #lists: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #at: number;
  /** Of a list: the last id. Of a bitmap: the one that the lowest bit of the next byte stands for. */
  #value = 0;
  /** Of a bitmap: what is left of the byte before `#at`. */
  #bits = 0;

  constructor({ index, slot, count }: Gram) {
    this.#lists = index.lists;
    this.#start = slot < 0 ? 0 : (index.offsets[slot] ?? 0);
    this.#end = slot < 0 ? 0 : (index.offsets[slot + 1] ?? 0);
    this.isBitmap = isBitmap(count, index.valueCount);
    this.#at = this.#start;
  }

  next(): number {
    if (this.isBitmap) return this.#nextBit();
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

  /** The next values, as many as there is room for; returns how many: 0 at the end. */
  fill(values: Uint32Array): number {
    return this.isBitmap ? this.#fillFromBits(values) : this.#fillFromList(values);
  }

  #fillFromBits(values: Uint32Array): number {
    let count = 0;
    for (; count < values.length; count++) {
      const value = this.#nextBit();
      if (value < 0) break;
      values[count] = value;
    }
    return count;
  }

  /** As `next` does, a third of its time for each. */
  #fillFromList(values: Uint32Array): number {
    const lists = this.#lists;
    const end = this.#end;
    let at = this.#at;
    let value = this.#value;
    let count = 0;
    while (at < end && count < values.length) {
      let byte = lists[at++] ?? 0;
      let delta = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = lists[at++] ?? 0;
        delta |= (byte & 0x7f) << shift;
      }
      value += delta;
      values[count++] = value;
    }
    this.#at = at;
    this.#value = value;
    return count;
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

  /** Of a bitmap: whether the value is in it. */
  holds(value: number): boolean {
    const at = this.#start + (value >>> 3);
    return at < this.#end && ((this.#lists[at] ?? 0) & (1 << (value & 7))) !== 0;
  }
}

/** Of one value in a list, against the test of a value: about a tenth. */
export const readCost = 1 / 8;
/** Values of a list that are read at once. */
export const blockMax = 64;
/** The values read so far hold nothing more in common. */
const noneYet = -3;

/** Values that hold both of two grams. */
export class TwoGramsCursor implements ValueCursor {
  readonly #meter: Meter;
  readonly #first: GramCursor;
  readonly #second: GramCursor;
  readonly #block = new Uint32Array(blockMax);
  #at = 0;
  #end = 0;
  /** Of the second, when it is a list. */
  readonly #otherBlock = new Uint32Array(blockMax);
  #otherAt = 0;
  #otherEnd = 0;

  constructor(first: Gram, second: Gram, meter: Meter) {
    this.#meter = meter;
    this.#first = new GramCursor(first);
    this.#second = new GramCursor(second);
  }

  next(): number {
    // Lists that hold nothing in common give nothing to be counted by: their own reading is.
    while (this.#meter.workLeft > 0) {
      if (this.#at === this.#end) {
        this.#end = this.#first.fill(this.#block);
        this.#at = 0;
        if (this.#end === 0) return exhausted;
        this.#meter.workLeft -= this.#end * readCost;
      }
      const found = this.#second.isBitmap ? this.#findInBits() : this.#findInList();
      if (found !== noneYet) return found;
    }
    return paused;
  }

  #findInBits(): number {
    const block = this.#block;
    const end = this.#end;
    for (let at = this.#at; at < end; at++) {
      const value = block[at] ?? 0;
      if (!this.#second.holds(value)) continue;
      this.#at = at + 1;
      return value;
    }
    this.#at = end;
    return noneYet;
  }

  #findInList(): number {
    if (this.#otherAt === this.#otherEnd) {
      this.#otherEnd = this.#second.fill(this.#otherBlock);
      this.#otherAt = 0;
      if (this.#otherEnd === 0) return exhausted;
      this.#meter.workLeft -= this.#otherEnd * readCost;
    }
    const block = this.#block;
    const other = this.#otherBlock;
    const end = this.#end;
    const otherEnd = this.#otherEnd;
    let at = this.#at;
    let otherAt = this.#otherAt;
    let found = noneYet;
    while (at < end && otherAt < otherEnd && found < 0) {
      const left = block[at] ?? 0;
      const right = other[otherAt] ?? 0;
      if (left <= right) at++;
      if (right <= left) otherAt++;
      if (left === right) found = left;
    }
    this.#at = at;
    this.#otherAt = otherAt;
    return found;
  }
}
