import type { Client } from '../../db/pool.js';
import { openCopyOut } from '../../db/copy-stream.js';
import { copyHashesSql, estimateRows, type TextTable } from '../../store/text-table.js';
import { KnownLines } from './known-lines.js';

/** COPY binary (PostgreSQL manual, « COPY », Binary Format): a 19-byte header, then 2 + 4 + 8 bytes a row. */
const headerBytes = 19;
const rowBytes = 14;
const valueOffset = 6;

/** Reads the hashes of the lines in service of `table`. */
export async function readKnownLines(client: Client, table: TextTable): Promise<KnownLines> {
  const known = new KnownLines(await estimateRows(client, table));
  let carry: Buffer = Buffer.alloc(0);
  let toSkip = headerBytes;
  for await (const part of openCopyOut(client, copyHashesSql(table))) {
    let chunk = part as Buffer;
    if (carry.length > 0) chunk = Buffer.concat([carry, chunk]);
    let at = Math.min(toSkip, chunk.length);
    toSkip -= at;
    // The trailer is the 16-bit -1, shorter than a row: it stays in the carry.
    for (; at + rowBytes <= chunk.length; at += rowBytes) {
      known.add(int32At(chunk, at + valueOffset + 4), int32At(chunk, at + valueOffset));
    }
    carry = chunk.subarray(at);
  }
  return known;
}

/** Buffer.readInt32BE without its checks, which cost more than the reading when it is done six million times. */
function int32At(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}
