import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RefusedError, messageOf } from '../errors.js';

export type ReadChunksOptions = {
  /** Told how many bytes of the file on disk were read so far. */
  readonly onBytes?: ((bytesRead: number) => void) | undefined;
  /** Refused beyond that many bytes once decompressed: a small .gz can hold terabytes. */
  readonly maxBytes: number;
};

const chunkBytes = 256 * 1024;

/** The bytes of a file, decompressed when they are gzip whatever the file is called. */
export async function* readChunks(
  path: string,
  options: ReadChunksOptions,
): AsyncGenerator<Buffer> {
  const isGzip = (await readMagic(path)).equals(Buffer.from([0x1f, 0x8b]));
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  // The error of any stage reaches the last one, where the loop below meets it.
  const source = isGzip
    ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => undefined)
    : file;
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > options.maxBytes) throw tooLarge(path, options.maxBytes);
      options.onBytes?.(file.bytesRead);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? brokenGzip(path, file.bytesRead, error) : error;
  } finally {
    file.destroy();
  }
}

/** The first `bytesMax` bytes, decompressed: what the form of a file is recognised by. */
export async function readHead(path: string, bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(path, { maxBytes: Number.POSITIVE_INFINITY })) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(parts).subarray(0, bytesMax);
}

async function readMagic(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function isZlibError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('Z_')
  );
}

function brokenGzip(path: string, offset: number, cause: unknown): RefusedError {
  return new RefusedError(
    'GZIP_ILLISIBLE',
    `${path} : compression gzip interrompue ou abîmée après ${offset} octets lus ` +
      `(${messageOf(cause)}). Téléchargez le fichier à nouveau.`,
    cause,
  );
}

function tooLarge(path: string, maxBytes: number): RefusedError {
  return new RefusedError(
    'FICHIER_TROP_GROS',
    `${path} : plus de ${maxBytes} octets une fois décompressé, limite de cette source. ` +
      `Vérifiez que c'est le bon fichier.`,
  );
}
