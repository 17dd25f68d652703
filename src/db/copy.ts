// COPY from a stream of rows: the one quick way into a table.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Client } from './pool.js';

/** One row, in the order of the columns of the COPY; null is SQL's null, the empty string stays one. */
export type CopyRow = readonly (string | null)[];

export type CopyRows = AsyncIterable<CopyRow> | Iterable<CopyRow>;

/** Big enough that a chunk costs little, small enough that a slow server holds little in memory. */
const chunkChars = 64 * 1024;

/**
 * Sends `rows` through `copySql`, a `copy … from stdin` in the text format with its defaults, and returns how many the
 * server took. Rows are asked for no faster than the server takes them. When `rows` throws, the COPY is cancelled (and so
 * the client's transaction is to be rolled back) and that error is thrown.
 */
export async function copyRows(client: Client, copySql: string, rows: CopyRows): Promise<number> {
  return copyChunks(client, copySql, encodeCopy(rows));
}

/** As `copyRows`, of rows that the caller put in the text format (`encodeRow`), many at a time. */
export async function copyChunks(
  client: Client,
  copySql: string,
  chunks: AsyncIterable<Buffer>,
): Promise<number> {
  const copy = client.query(copyFrom(copySql));
  await pipeline(Readable.from(chunks, { objectMode: false }), copy);
  return copy.rowCount;
}

async function* encodeCopy(rows: CopyRows): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const row of rows) {
    chunk += encodeRow(row);
    if (chunk.length < chunkChars) continue;
    yield Buffer.from(chunk, 'utf8');
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk, 'utf8');
}

/** One line of COPY's text format (PostgreSQL manual, « COPY », File Formats). */
export function encodeRow(row: CopyRow): string {
  let line = '';
  for (let index = 0; index < row.length; index++) {
    if (index > 0) line += '\t';
    const value = row[index];
    line += value === null || value === undefined ? '\\N' : escapeValue(value);
  }
  return line + '\n';
}

const special = /[\\\b\f\n\r\t\v]/;

function escapeValue(value: string): string {
  return special.test(value) ? value.replace(/[\\\b\f\n\r\t\v]/g, escapeChar) : value;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function escapeChar(char: string): string {
  return escapes[char] ?? char;
}
