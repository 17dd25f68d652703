// Results are written together: while one batch is being written the next one gathers.
import { setTimeout as delay } from 'node:timers/promises';
import type { Settlement } from '../../store/feed-settle.js';

/** Statements of bounded size, whatever the pace. */
const batchMax = 500;
/** A batch costs the database as much as a hundred of its rows: it is worth waiting for some, never for long. */
const gatheredMin = 64;
const gatherMs = 25;

export type WriteBatch = (settlements: readonly Settlement[]) => Promise<void>;

export class Settler {
  #waiting: Settlement[] = [];
  #writing: Promise<void> | undefined;
  #fault: Error | undefined;
  /** Ends the gathering of a batch. */
  #hasten = new AbortController();
  #isDraining = false;
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
    if (this.#waiting.length >= gatheredMin) this.#hasten.abort();
    if (!this.#writing && !this.#fault) this.#writing = this.#writeAll();
  }

  /** Everything added is written, or cannot be. */
  async whenWritten(): Promise<void> {
    await this.#writing;
  }

  /** The same, without waiting for more; throws what kept it from being written. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#hasten.abort();
    await this.#writing;
    this.#isDraining = false;
    if (this.#fault) throw this.#fault;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await this.#gather();
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

  async #gather(): Promise<void> {
    // One turn of the event loop: what is being answered right now goes along.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isDraining || this.#waiting.length >= gatheredMin) return;
    this.#hasten = new AbortController();
    const { signal } = this.#hasten;
    await delay(gatherMs, undefined, { signal }).catch(() => undefined);
  }
}
