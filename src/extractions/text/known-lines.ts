// The hashes of the lines in service, and which of them today's file still holds.
//
// Open addressing over typed arrays: 9 bytes a slot, where a Map<bigint, boolean> takes more than 100. The pair (0, 0)
// marks a free slot; a hash that is really zero is stored as (1, 0), one more chance of collision in 2^64.

export const lineIsNew = 0;
export const lineIsInService = 1;
export const lineIsDuplicate = 2;

export type LineVerdict = typeof lineIsNew | typeof lineIsInService | typeof lineIsDuplicate;

const seen = 1;
const added = 2;
const rejected = 3;

export class KnownLines {
  #low: Int32Array;
  #high: Int32Array;
  #flags: Uint8Array;
  #mask: number;
  #size = 0;
  #inService = 0;
  #seen = 0;

  constructor(expected: number) {
    const capacity = capacityFor(expected);
    this.#low = new Int32Array(capacity);
    this.#high = new Int32Array(capacity);
    this.#flags = new Uint8Array(capacity);
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
    const slot = this.#slotOf(low, high);
    if (this.#isFree(slot)) this.#fill(slot, low, high, 0);
    this.#inService += 1;
  }

  /** Notes that the file holds this line and says what that makes of it. */
  meet(low: number, high: number): LineVerdict {
    this.#growIfNeeded();
    const slot = this.#slotOf(low, high);
    if (this.#isFree(slot)) {
      this.#fill(slot, low, high, added);
      return lineIsNew;
    }
    const flags = this.#flags[slot] ?? 0;
    if (flags === rejected) {
      // Judged anew: cells lost at the end of a line do not show in its hash.
      this.#flags[slot] = added;
      return lineIsNew;
    }
    if (flags !== 0) return lineIsDuplicate;
    this.#flags[slot] = seen;
    this.#seen += 1;
    return lineIsInService;
  }

  /** Takes back a new line that turned out to be unusable: each further copy of it is one more bad line. */
  reject(low: number, high: number): void {
    this.#flags[this.#slotOf(low, high)] = rejected;
  }

  /** Calls `visit` for every line in service that the file does not hold any more. */
  forEachGone(visit: (low: number, high: number) => void): void {
    for (let slot = 0; slot < this.#low.length; slot += 1) {
      if (this.#flags[slot] === 0 && !this.#isFree(slot)) {
        visit(this.#low[slot] ?? 0, this.#high[slot] ?? 0);
      }
    }
  }

  #isFree(slot: number): boolean {
    return this.#low[slot] === 0 && this.#high[slot] === 0;
  }

  #fill(slot: number, low: number, high: number, flags: number): void {
    this.#low[slot] = low === 0 && high === 0 ? 1 : low;
    this.#high[slot] = high;
    this.#flags[slot] = flags;
    this.#size += 1;
  }

  /** The slot that holds the hash, or the free one where it belongs. The hash is its own good spreader. */
  #slotOf(hashLow: number, high: number): number {
    const low = hashLow === 0 && high === 0 ? 1 : hashLow;
    let slot = low & this.#mask;
    while (!(this.#low[slot] === low && this.#high[slot] === high) && !this.#isFree(slot)) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #growIfNeeded(): void {
    if (this.#size * 10 < this.#low.length * 7) return;
    const previous = { low: this.#low, high: this.#high, flags: this.#flags };
    const capacity = previous.low.length * 2;
    this.#low = new Int32Array(capacity);
    this.#high = new Int32Array(capacity);
    this.#flags = new Uint8Array(capacity);
    this.#mask = capacity - 1;
    for (let slot = 0; slot < previous.low.length; slot += 1) {
      const low = previous.low[slot] ?? 0;
      const high = previous.high[slot] ?? 0;
      if (low === 0 && high === 0) continue;
      const target = this.#slotOf(low, high);
      this.#low[target] = low;
      this.#high[target] = high;
      this.#flags[target] = previous.flags[slot] ?? 0;
    }
  }
}

function capacityFor(expected: number): number {
  let capacity = 1024;
  while (capacity * 0.6 < expected) capacity *= 2;
  return capacity;
}
