// Numbers for things of which the same come again and again, in typed arrays: a Map of strings takes several times as long.
import { GrowingNumbers } from './growing.js';

export class InternTable {
  /** Number + 1 of what is there, 0 where nothing is; open addressing, at most half full. */
  #slots = new Uint32Array(1024);
  readonly #hashes = new GrowingNumbers();

  get count(): number {
    return this.#hashes.length;
  }

  /**
   * Number of the same thing seen before, else the next one.
   *
   * @param hash 32 bits, the lowest of which depend on all of the thing
   * @param isSame compares it with the one that has that number
   */
  intern(hash: number, isSame: (number: number) => boolean): number {
    if (this.count * 2 >= this.#slots.length) this.#grow();
    const slots = this.#slots;
    const unsigned = hash >>> 0;
    const mask = slots.length - 1;
    let slot = unsigned & mask;
    for (let held = slots[slot] ?? 0; held !== 0; held = slots[slot] ?? 0) {
      if (this.#hashes.at(held - 1) === unsigned && isSame(held - 1)) return held - 1;
      slot = (slot + 1) & mask;
    }
    this.#hashes.push(unsigned);
    slots[slot] = this.count;
    return this.count - 1;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (const [number, hash] of this.#hashes.numbers.entries()) {
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** One more 32 bits in a hash. */
export function mixHash(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
