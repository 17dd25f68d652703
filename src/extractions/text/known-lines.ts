// The hashes of the lines in service, and which of them today's file still holds.
//
// Open addressing over one typed array, two words a slot: low half, then high half whose two lowest bits (always zero in a
// line hash, see line-hash.ts) hold what became of the line. A look-up so touches one cache line, and a slot costs 8 bytes
// where a Map<bigint, number> takes more than 100. The pair (0, 0) marks a free slot; a hash that is really zero is stored
// as (1, 0), one more chance of collision in 2^62.

export const lineIsNew = 0;
export const lineIsInService = 1;
export const lineIsDuplicate = 2;

export type LineVerdict = typeof lineIsNew | typeof lineIsInService | typeof lineIsDuplicate;

const seen = 1;
const added = 2;
const rejected = 3;
const stateMask = 3;

export class KnownLines {
  #table: Int32Array;
  /** Number of slots less one; the number is a power of two. */
  #mask: number;
  #size = 0;
  #inService = 0;
  #seen = 0;

  constructor(expected: number) {
    const capacity = capacityFor(expected);
    this.#table = new Int32Array(capacity * 2);
    this.#mask = capacity - 1;
  }

  /** Lines in service when the load began. */
  get inServiceCount(): number {
    return this.#inService;
  }

  /** Lines in service that the file still holds. */
  get seenCount(): number {
    return this.#seen;
  }

  get goneCount(): number {
    return this.#inService - this.#seen;
  }

  /** Adds a line in service. */
  add(low: number, high: number): void {
    this.#growIfNeeded();
    const at = this.#find(low, high);
    if (this.#isFree(at)) this.#fill(at, low, high);
    this.#inService += 1;
  }

  /** Notes that the file holds this line and says what that makes of it. */
  meet(low: number, high: number): LineVerdict {
    this.#growIfNeeded();
    const at = this.#find(low, high);
    if (this.#isFree(at)) {
      this.#fill(at, low, high | added);
      return lineIsNew;
    }
    const state = (this.#table[at + 1] ?? 0) & stateMask;
    if (state === rejected) {
      // Judged anew: cells lost at the end of a line do not show in its hash.
      this.#table[at + 1] = high | added;
      return lineIsNew;
    }
    if (state !== 0) return lineIsDuplicate;
    this.#table[at + 1] = high | seen;
    this.#seen += 1;
    return lineIsInService;
  }

  /** Takes back a new line that turned out to be unusable: each further copy of it is one more bad line. */
  reject(low: number, high: number): void {
    this.#table[this.#find(low, high) + 1] = high | rejected;
  }

  /** Calls `visit` for every line in service that the file does not hold any more. */
  forEachGone(visit: (low: number, high: number) => void): void {
    for (let at = 0; at < this.#table.length; at += 2) {
      const high = this.#table[at + 1] ?? 0;
      if ((high & stateMask) === 0 && !this.#isFree(at)) visit(this.#table[at] ?? 0, high);
    }
  }

  #isFree(at: number): boolean {
    return this.#table[at] === 0 && this.#table[at + 1] === 0;
  }

  #fill(at: number, low: number, high: number): void {
    this.#table[at] = lowOf(low, high);
    this.#table[at + 1] = high;
    this.#size += 1;
  }

  /** Where the hash is, or the free place where it belongs. The hash is its own good spreader. */
  #find(hashLow: number, high: number): number {
    const table = this.#table;
    const low = lowOf(hashLow, high);
    let slot = low & this.#mask;
    for (;;) {
      const at = slot * 2;
      const there = table[at + 1] ?? 0;
      if (table[at] === low && (there & ~stateMask) === high) return at;
      if (table[at] === 0 && there === 0) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  #growIfNeeded(): void {
    if (this.#size * 10 < (this.#mask + 1) * 7) return;
    const previous = this.#table;
    const capacity = (this.#mask + 1) * 2;
    this.#table = new Int32Array(capacity * 2);
    this.#mask = capacity - 1;
    for (let at = 0; at < previous.length; at += 2) {
      const low = previous[at] ?? 0;
      const high = previous[at + 1] ?? 0;
      if (low === 0 && high === 0) continue;
      const target = this.#find(low, high & ~stateMask);
      this.#table[target] = low;
      this.#table[target + 1] = high;
    }
  }
}

function lowOf(low: number, high: number): number {
  return low === 0 && (high & ~stateMask) === 0 ? 1 : low;
}

function capacityFor(expected: number): number {
  let capacity = 1024;
  while (capacity * 0.6 < expected) capacity *= 2;
  return capacity;
}
