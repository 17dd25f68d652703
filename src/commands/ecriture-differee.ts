// What gathers faster than it is worth writing: written a little after the first of it, one writing at a time.

export class EcritureDifferee {
  readonly #delayMs: number;
  readonly #write: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** `write` takes what there is, be it nothing, and never throws. */
  constructor(delayMs: number, write: () => Promise<void>) {
    this.#delayMs = delayMs;
    this.#write = write;
  }

  /** There is something to write. After the end, nobody writes it any more. */
  ask(): void {
    if (this.#isClosed || this.#timer) return;
    this.#timer = setTimeout(() => void this.#flush(), this.#delayMs);
    this.#timer.unref();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#flush();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }
}
