// Indexes of substrings made by a thread of their own, while the builder does the rest on another core.
import { Worker } from 'node:worker_threads';
import type { SubstringIndex, SubstringTexts } from './substring-index.js';

type Waiting = {
  readonly resolve: (index: SubstringIndex) => void;
  readonly reject: (error: Error) => void;
};

export class SubstringIndexer implements AsyncDisposable {
  readonly #worker: Worker;
  /** In the order in which the thread answers. */
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  /** `program`: another one than its own, for tests. */
  constructor(program = new URL('./substring-worker.js', import.meta.url)) {
    this.#worker = new Worker(program);
    this.#worker.on('message', (index: SubstringIndex) => this.#waiting.shift()?.resolve(index));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('messageerror', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  /** As `buildSubstringIndex`, of a copy. @throws Error when the thread failed, with its cause. */
  build(texts: SubstringTexts): Promise<SubstringIndex> {
    if (this.#failure) return Promise.reject(this.#failure);
    // What is sent is the whole of an array's memory: these may be the beginning of larger ones.
    const folded = new Uint8Array(texts.folded);
    const foldedOffsets = new Uint32Array(texts.foldedOffsets);
    this.#worker.postMessage({ ...texts, folded, foldedOffsets }, [
      folded.buffer,
      foldedOffsets.buffer,
    ]);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #fail(cause: Error | undefined): void {
    this.#failure ??= new Error('the thread that indexes substrings ended', { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  /** What is still asked for is never answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting.length = 0;
    await this.#worker.terminate();
  }
}
