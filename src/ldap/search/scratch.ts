// Memory that searches lend to one another: a search of twenty entries must not allocate for half a million.

/** Which docs were taken, all views one after the other, and the hits so far. */
export class Scratch {
  hits = new Uint32Array(1024);
  #stamps: Uint8Array;
  /** A doc is taken when its stamp is this: starting anew costs nothing but once in 255 times. */
  #generation = 0;

  constructor(docCount: number) {
    this.#stamps = new Uint8Array(docCount);
  }

  get docCount(): number {
    return this.#stamps.length;
  }

  get byteLength(): number {
    return this.hits.byteLength + this.#stamps.byteLength;
  }

  /** Forgets what was taken. */
  restart(): void {
    this.#generation++;
    if (this.#generation < 256) return;
    this.#stamps.fill(0);
    this.#generation = 1;
  }

  /** False when it was taken before. */
  takes(doc: number): boolean {
    if (this.#stamps[doc] === this.#generation) return false;
    this.#stamps[doc] = this.#generation;
    return true;
  }

  push(count: number, hit: number): void {
    if (count === this.hits.length) {
      const larger = new Uint32Array(count * 2);
      larger.set(this.hits);
      this.hits = larger;
    }
    this.hits[count] = hit;
  }
}

/** More than this many searches at once in the middle of a slice are rare; theirs are freed. */
const keptMax = 4;
/** Hits of a whole directory are not kept for ever. */
const hitsKeptMax = 64 * 1024;

/** What is borrowed is given back, however the search ends. */
class ScratchPool {
  readonly #kept: Scratch[] = [];
  #borrowedCount = 0;

  /** Searches that have one. */
  get borrowedCount(): number {
    return this.#borrowedCount;
  }

  /** For a search over `docCount` docs. */
  borrow(docCount: number): Scratch {
    const last = this.#kept.pop();
    const scratch = last && last.docCount >= docCount ? last : new Scratch(docCount);
    scratch.restart();
    this.#borrowedCount += 1;
    return scratch;
  }

  giveBack(scratch: Scratch): void {
    this.#borrowedCount -= 1;
    if (scratch.hits.length > hitsKeptMax) scratch.hits = new Uint32Array(1024);
    if (this.#kept.length < keptMax) this.#kept.push(scratch);
  }
}

/** Of the process: whoever searches in it takes turns. */
export const scratchPool = new ScratchPool();
