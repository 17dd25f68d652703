// Lists of ids, each kept once: entries of one kind hold the same object classes, those of one place the same values.
import { GrowingNumbers } from './growing.js';

export class ListTable {
  readonly #numbers = new GrowingNumbers();
  // By hash, open addressing, at most half full: hash, then place + 1 of the last list that has it (0: none). A list that
  // shares its hash with another is kept again each time, which costs room only.
  #cells = new Uint32Array(2 * 1024);
  #hashCount = 0;

  /** At each place: a count, then the ids. */
  get numbers(): Uint32Array {
    return this.#numbers.numbers;
  }

  /** Where `ids` is, put there now unless it already was. */
  place(ids: readonly number[]): number {
    let hash = ids.length;
    for (const id of ids) hash = (Math.imul(hash ^ id, 0x9e3779b1) >>> 0) ^ (hash >>> 15);
    hash >>>= 0;
    const cell = this.#findCell(hash);
    const known = this.#cells[cell + 1] ?? 0;
    if (known !== 0 && this.#holds(known - 1, ids)) return known - 1;
    const place = this.#numbers.length;
    this.#numbers.push(ids.length);
    for (const id of ids) this.#numbers.push(id);
    this.#cells[cell] = hash;
    this.#cells[cell + 1] = place + 1;
    if (known === 0) this.#hashCount++;
    if (this.#hashCount * 4 > this.#cells.length) this.#grow();
    return place;
  }

  #holds(place: number, ids: readonly number[]): boolean {
    if (this.#numbers.at(place) !== ids.length) return false;
    for (let at = 0; at < ids.length; at++) {
      if (this.#numbers.at(place + 1 + at) !== ids[at]) return false;
    }
    return true;
  }

  /** The cell of `hash`, or the one that is free for it. */
  #findCell(hash: number): number {
    const cells = this.#cells;
    const mask = cells.length - 2;
    for (let cell = (hash << 1) & mask; ; cell = (cell + 2) & mask) {
      if (cells[cell + 1] === 0 || cells[cell] === hash) return cell;
    }
  }

  #grow(): void {
    const old = this.#cells;
    this.#cells = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] === 0) continue;
      const cell = this.#findCell(old[at] ?? 0);
      this.#cells.set(old.subarray(at, at + 2), cell);
    }
  }
}
