// How yauzl reads a file: at places that the archive itself names, which may be anywhere.
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';

/**
 * `fs.read` throws at once for a position beyond 2^53, from a callback of yauzl's own reader that nobody can catch: an offset
 * of a zip64 directory would end the program. Here such a place is one beyond the end of the file, as any other.
 */
export class ZipFileReader extends yauzl.RandomAccessReader {
  readonly #file: FileHandle;
  readonly size: number;

  private constructor(file: FileHandle, size: number) {
    super();
    this.#file = file;
    this.size = size;
  }

  static async open(path: string): Promise<ZipFileReader> {
    const file = await open(path, 'r');
    try {
      return new ZipFileReader(file, (await file.stat()).size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#readWhole(buffer, offset, length, position).then(
      () => callback(null),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Called by yauzl once the archive is closed. */
  override close(callback: (error: Error | null) => void): void {
    this.#file.close().then(() => callback(null), callback);
  }

  /** The data is read by member-stream.ts. */
  override _readStreamForRange(): Readable {
    throw new Error('the data of an archive is not read through its directory');
  }

  async #readWhole(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<void> {
    if (!(position >= 0 && position + length <= this.size)) throw new Error('unexpected EOF');
    const { bytesRead } = await this.#file.read(buffer, offset, length, position);
    if (bytesRead < length) throw new Error('unexpected EOF');
  }
}
