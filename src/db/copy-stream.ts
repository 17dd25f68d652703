// COPY as streams, for callers that have bytes in PostgreSQL's own format.
import type { Readable, Writable } from 'node:stream';
import { from, to } from 'pg-copy-streams';
import type { Client } from './pool.js';

/** Bytes written go to `copy … from stdin`; its `finish` comes when the server has taken them all. */
export function openCopyIn(client: Client, sql: string): Writable {
  return client.query(from(sql, { highWaterMark: 4 * 1024 * 1024 }));
}

/** The bytes of `copy … to stdout`. */
export function openCopyOut(client: Client, sql: string): Readable {
  return client.query(to(sql));
}
