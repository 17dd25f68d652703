// Turns for work that takes longer than one tick may: one slice in all between two looks at the sockets.

/** Time that one turn may take. Others wait for no longer than this and one answer of theirs. */
export const sliceMs = 2;

/** Below, a turn is not worth having for the sake of counting anew. */
const arrivalToldMs = 1;

/**
 * Bytes that sockets may give in one look at them: what is read of each is no more than a few chunks, but hundreds may have
 * a quarter of a megabyte each, and reading it all at once takes a tenth of a second. Ordinary requests are far below.
 */
const lookBytesMax = 1024 * 1024;
/** Sockets that are read again in one turn, a chunk and what follows it each. */
const resumedPerTurn = 8;

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
  /** Given by sockets since the last turn. */
  #lookBytes = 0;
  readonly #heldBack: (() => void)[] = [];

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
  runOnArrival(work: (deadlineMs: number, nowMs: number) => void): boolean {
    if (this.#arrivalMs >= sliceMs) return false;
    const startMs = performance.now();
    work(startMs + sliceMs, startMs);
    this.#arrivalMs += performance.now() - startMs;
    this.#arm();
    return true;
  }

  /** Counts what a socket gave. False: it is to give no more until a later turn calls `resume`. */
  takeBytes(count: number, resume: () => void): boolean {
    this.#lookBytes += count;
    if (this.#lookBytes <= lookBytesMax) {
      if (this.#lookBytes > lookBytesMax / 2) this.#arm();
      return true;
    }
    this.#heldBack.push(resume);
    this.#arm();
    return false;
  }

  #arm(): void {
    const isResetDue =
      this.#arrivalMs > arrivalToldMs ||
      this.#lookBytes > lookBytesMax / 2 ||
      this.#heldBack.length > 0;
    if (this.#isArmed || (this.#queued.size === 0 && !isResetDue)) return;
    this.#isArmed = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isArmed = false;
    this.#arrivalMs = 0;
    this.#lookBytes = 0;
    for (const resume of this.#heldBack.splice(0, resumedPerTurn)) resume();
    const deadlineMs = performance.now() + sliceMs;
    // Short works share a turn: a look at the sockets for each would cost more than they do.
    do {
      const work = this.#takeNext();
      if (work === undefined) break;
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
