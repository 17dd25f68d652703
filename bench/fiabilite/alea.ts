// Chance of the campaign: the same seed and round draw the same fault at the same place.

export class Alea {
  #state: number;

  /** `rank` spreads the draws of the rounds of one seed. */
  constructor(seed: number, rank: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(rank + 1, 0x85ebca6b);
    this.fraction();
  }

  /** Mulberry32 (public domain): 0 included, 1 excluded. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  pick<T>(list: readonly T[]): T {
    const found = list[this.integer(0, list.length - 1)];
    if (found === undefined) throw new Error('pick from an empty list');
    return found;
  }
}
