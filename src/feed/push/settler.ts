// Results are written together: while one batch is being written the next one gathers.
import type { Settlement } from '../../store/feed-settle.js';

/** Statements of bounded size, whatever the pace. */
const batchMax = 500;

export type WriteBatch = (settlements: readonly Settlement[]) => Promise<void>;

export class Settler {
  #waiting: Settlement[] = [];
  #writing: Promise<void> | undefined;
  #fault: Error | undefined;
  readonly #write: WriteBatch;
  /** Told after each batch. */
  readonly #onWritten: () => void;

  constructor(write: WriteBatch, onWritten: () => void) {
    this.#write = write;
    this.#onWritten = onWritten;
  }

  /** Never waits: what is claimed is bounded, so what waits here is. */
  add(settlements: readonly Settlement[]): void {
    this.#waiting.push(...settlements);
    if (!this.#writing && !this.#fault) this.#writing = this.#writeAll();
  }

  /** Everything added is written; throws what kept it from being. */
  async drain(): Promise<void> {
    await this.#writing;
    if (this.#fault) throw this.#fault;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        // One turn of the event loop: what is being answered right now goes along.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#write(this.#waiting.splice(0, batchMax));
        this.#onWritten();
      }
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#writing = undefined;
      this.#onWritten();
    }
  }
}
