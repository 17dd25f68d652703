import { closeSync, createReadStream, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Rows set aside in a temporary file while another COPY holds the connection. */
export class Spool {
  readonly #path: string;
  #descriptor: number | undefined;

  constructor(folder: string, name: string) {
    this.#path = join(folder, `${name}-${process.pid}.tmp`);
  }

  /** The file is made when there is something to put into it. */
  write(buffers: readonly Buffer[]): void {
    if (buffers.length === 0) return;
    if (this.#descriptor === undefined) {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#descriptor = openSync(this.#path, 'w+', 0o600);
      // Nameless from the start: it goes with the process, kill -9 included.
      rmSync(this.#path);
    }
    for (const buffer of buffers) {
      for (let at = 0; at < buffer.length;) at += writeSync(this.#descriptor, buffer, at);
    }
  }

  async *read(): AsyncGenerator<Buffer> {
    const fd = this.#descriptor;
    if (fd === undefined) return;
    const options = { fd, start: 0, autoClose: false, highWaterMark: 256 * 1024 };
    for await (const chunk of createReadStream(this.#path, options)) yield chunk as Buffer;
  }

  remove(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
