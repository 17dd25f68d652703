// Lists of ids, each kept once: entries of one kind hold the same object classes, those of one place the same values.
import { GrowingNumbers } from './growing.js';

export class ListTable {
  readonly #numbers = new GrowingNumbers();
  /** Place of the last list with this hash: one that shares it with another is kept again, which costs room only. */
  readonly #places = new Map<number, number>();

  /** At each place: a count, then the ids. */
  get numbers(): Uint32Array {
    return this.#numbers.numbers;
  }

  /** Where `ids` is, put there now unless it already was. */
  place(ids: readonly number[]): number {
    let hash = ids.length;
    for (const id of ids) hash = (Math.imul(hash ^ id, 0x9e3779b1) >>> 0) ^ (hash >>> 15);
    const known = this.#places.get(hash);
    if (known !== undefined && this.#holds(known, ids)) return known;
    const place = this.#numbers.length;
    this.#numbers.push(ids.length);
    for (const id of ids) this.#numbers.push(id);
    this.#places.set(hash, place);
    return place;
  }

  #holds(place: number, ids: readonly number[]): boolean {
    if (this.#numbers.at(place) !== ids.length) return false;
    for (let at = 0; at < ids.length; at++) {
      if (this.#numbers.at(place + 1 + at) !== ids[at]) return false;
    }
    return true;
  }
}
