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

const kept: Scratch[] = [];

/** For a search over `docCount` docs; give it back when it ends. One that is lost is only freed later. */
export function borrowScratch(docCount: number): Scratch {
  const last = kept.pop();
  const scratch = last && last.docCount >= docCount ? last : new Scratch(docCount);
  scratch.restart();
  return scratch;
}

export function giveBackScratch(scratch: Scratch): void {
  if (scratch.hits.length > hitsKeptMax) scratch.hits = new Uint32Array(1024);
  if (kept.length < keptMax) kept.push(scratch);
}
