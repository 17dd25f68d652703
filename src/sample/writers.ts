// Streams of the sample to disk, with backpressure and an end at the caller's signal.
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import yazl from 'yazl';
import { toChunks, type TextContent } from './text-lines.js';

export type ZipMember = { readonly name: string; readonly content: TextContent };

/** Speed over size: the national texts are written in seconds, and unzip at the usual pace. */
const compressionLevel = 1;

/** The same date for all entries, or two runs of one seed would differ. */
const memberTime = new Date('2026-01-01T00:00:00Z');

export async function writeZip(
  path: string,
  members: readonly ZipMember[],
  signal: AbortSignal,
): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const { name, content } of members) {
    zip.addReadStreamLazy(name, { compressionLevel, mtime: memberTime, mode: 0o100644 }, (use) =>
      use(undefined, toStream(toChunks(content))),
    );
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path), { signal });
}

export async function writeText(
  path: string,
  content: TextContent,
  signal: AbortSignal,
): Promise<void> {
  await pipeline(toStream(toChunks(content)), createWriteStream(path), { signal });
}

export async function writeGzip(
  path: string,
  pieces: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const gzip = createGzip({ level: compressionLevel });
  await pipeline(toStream(gathered(pieces)), gzip, createWriteStream(path), { signal });
}

export async function writeWhole(path: string, data: string | Buffer): Promise<void> {
  await writeFile(path, data);
}

/** A few large chunks in flight at most. */
function toStream(chunks: Iterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: 1 << 20 });
}

const gatheredUnits = 1 << 17;

function* gathered(pieces: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < gatheredUnits) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  yield Buffer.from(text, 'utf8');
}
