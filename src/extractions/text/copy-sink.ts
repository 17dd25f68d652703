import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A COPY in progress, fed at the server's pace; a fault of the server is thrown by the next call. */
export class CopySink {
  readonly #stream: Writable;
  readonly #done: Promise<void>;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    this.#done = finished(stream);
    this.#done.catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /**
   * Sends everything and waits until the server has taken it. When `buffers` throws, the COPY is cancelled and the server's
   * answer awaited, so that the connection can roll back.
   */
  async feed(buffers: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    try {
      for await (const buffer of buffers) await this.#write(buffer);
    } catch (error) {
      this.#stream.destroy(error instanceof Error ? error : new Error(String(error)));
      await this.#done.catch(() => undefined);
      throw error;
    }
    this.#stream.end();
    await this.#done;
  }

  async #write(buffer: Buffer): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (!this.#stream.write(buffer)) await Promise.race([once(this.#stream, 'drain'), this.#done]);
  }
}
