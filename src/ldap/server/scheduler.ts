// Turns for work that takes longer than one tick may: one slice in all between two looks at the sockets.

/** Time that one turn may take. Others wait for no longer than this and one answer of theirs. */
export const sliceMs = 2;

/** Below, a turn is not worth having for the sake of counting anew. */
const arrivalToldMs = 1;

export type SlicedWork = {
  /** Whose turn it takes: whoever asks on two hundred connections has as many turns as who asks on one. */
  readonly address: string;
  /** Works until about `deadlineMs` (clock of `performance.now()`); true when there is more to do. Never throws. */
  runSlice(deadlineMs: number): boolean;
};

/** Addresses in turn, and the works of each in turn: to the end of both queues again when there is more. */
export class Scheduler {
  /** By address, the next one first. No list is empty. */
  readonly #waiting = new Map<string, SlicedWork[]>();
  readonly #queued = new Set<SlicedWork>();
  #isArmed = false;
  /** Spent by `runOnArrival` since the last turn. */
  #arrivalMs = 0;

  get length(): number {
    return this.#queued.size;
  }

  /** Does nothing when `work` already waits for its turn. */
  add(work: SlicedWork): void {
    if (this.#queued.has(work)) return;
    this.#queued.add(work);
    const others = this.#waiting.get(work.address);
    if (others) others.push(work);
    else this.#waiting.set(work.address, [work]);
    this.#arm();
  }

  /**
   * Runs at once what a socket just gave, unless what others gave in the same look at sockets took a slice already:
   * hundreds of them may speak at once. False: it was not run, and is to wait for its turn.
   */
  runOnArrival(work: (deadlineMs: number) => void): boolean {
    if (this.#arrivalMs >= sliceMs) return false;
    const startMs = performance.now();
    work(startMs + sliceMs);
    this.#arrivalMs += performance.now() - startMs;
    this.#arm();
    return true;
  }

  #arm(): void {
    const isResetDue = this.#arrivalMs > arrivalToldMs;
    if (this.#isArmed || (this.#queued.size === 0 && !isResetDue)) return;
    this.#isArmed = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isArmed = false;
    this.#arrivalMs = 0;
    const deadlineMs = performance.now() + sliceMs;
    // Short works share a turn: a look at the sockets for each would cost more than they do.
    do {
      const work = this.#takeNext();
      if (work === undefined) return;
      if (work.runSlice(deadlineMs)) this.add(work);
    } while (performance.now() < deadlineMs);
    this.#arm();
  };

  #takeNext(): SlicedWork | undefined {
    for (const [address, works] of this.#waiting) {
      const work = works.shift();
      // To the end, or nowhere until there is work for it again.
      this.#waiting.delete(address);
      if (works.length > 0) this.#waiting.set(address, works);
      if (work) this.#queued.delete(work);
      return work;
    }
    return undefined;
  }
}
