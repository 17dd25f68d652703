// Turns for work that takes longer than one tick may: one slice of one connection between two looks at the sockets.

/** Time that one turn may take. Others wait for no longer than this and one answer of theirs. */
export const sliceMs = 2;

export type SlicedWork = {
  /** Works until about `deadlineMs` (clock of `performance.now()`); true when there is more to do. Never throws. */
  runSlice(deadlineMs: number): boolean;
};

/** First in, first served, and to the end of the queue again when there is more. */
export class Scheduler {
  readonly #queue: SlicedWork[] = [];
  readonly #queued = new Set<SlicedWork>();
  #isArmed = false;

  get length(): number {
    return this.#queue.length;
  }

  /** Does nothing when `work` already waits for its turn. */
  add(work: SlicedWork): void {
    if (this.#queued.has(work)) return;
    this.#queued.add(work);
    this.#queue.push(work);
    this.#arm();
  }

  #arm(): void {
    if (this.#isArmed || this.#queue.length === 0) return;
    this.#isArmed = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isArmed = false;
    const work = this.#queue.shift();
    if (work === undefined) return;
    this.#queued.delete(work);
    if (work.runSlice(performance.now() + sliceMs)) this.add(work);
    this.#arm();
  };
}
