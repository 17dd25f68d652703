// Ends of texts, each known by its first word and by the end that follows it.
import { GrowingNumbers } from './growing.js';

export class SuffixTable {
  /** What follows the last word of a text. */
  static readonly end = 0xffffffff;

  readonly #bytes: Uint8Array;
  // Of each suffix: where it was first found, the length of its first word, and the suffix after it.
  readonly #starts = new GrowingNumbers();
  readonly #sizes = new GrowingNumbers();
  readonly #nexts = new GrowingNumbers();
  readonly #hashes = new GrowingNumbers();
  /** Open addressing, at most half full: suffix + 1, 0 where there is none. */
  #slots = new Uint32Array(2048);

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where each suffix was first found. */
  get starts(): Uint32Array {
    return this.#starts.numbers;
  }

  /** The suffix that begins at `start`: a word and what separates it up to `nextStart`, then suffix `next`. */
  idOf(start: number, nextStart: number, next: number): number {
    const hash = this.#hash(start, nextStart, next);
    const size = nextStart - start;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0) break;
      const id = known - 1;
      if (
        this.#hashes.at(id) === hash &&
        this.#nexts.at(id) === next &&
        this.#sizes.at(id) === size &&
        this.#isSame(this.#starts.at(id) ?? 0, start, size)
      )
        return id;
      slot = (slot + 1) & mask;
    }
    const id = this.#starts.length;
    this.#starts.push(start);
    this.#sizes.push(size);
    this.#nexts.push(next);
    this.#hashes.push(hash);
    this.#slots[slot] = id + 1;
    if ((id + 1) * 2 > this.#slots.length) this.#grow();
    return id;
  }

  #hash(start: number, end: number, next: number): number {
    const bytes = this.#bytes;
    let hash = Math.imul(next + 1, 0x9e3779b1) | 0;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  #isSame(left: number, right: number, size: number): boolean {
    const bytes = this.#bytes;
    for (let at = 0; at < size; at++) {
      if (bytes[left + at] !== bytes[right + at]) return false;
    }
    return true;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    const hashes = this.#hashes.numbers;
    for (let id = 0; id < hashes.length; id++) {
      let slot = (hashes[id] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}
