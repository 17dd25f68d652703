// A server that goes without a word: behind a network that froze its connection stays open, and PostgreSQL's own limit of a
// statement is told to nobody.
import { Socket } from 'node:net';
import type pg from 'pg';
import type { Db } from './pool.js';

/** Beyond what a statement may take: for the server to say that it was too long. */
const beyondStatementMs = 15_000;

/**
 * Ends the connections that wait for an answer longer than a statement may take, as lost connections; those that wait for
 * nothing are left alone. Not pg's `query_timeout`: it never learns that a COPY has ended.
 */
export function limitSilence(
  pool: pg.Pool,
  statementTimeoutMs: number,
  beyondMs = beyondStatementMs,
): void {
  pool.on('connect', (client) => {
    const socket = socketOf(client);
    socket?.on('timeout', () => {
      if (isWaiting(client)) socket.destroy(new Error('Query read timeout: not a word'));
    });
  });
  pool.on('acquire', (client) => {
    setSilence(client, statementTimeoutMs, beyondMs);
  });
}

/** For the statements of a transaction that are given another limit than their pool's; 0: none. */
export async function limitStatement(db: Db, statementTimeoutMs: number): Promise<void> {
  await db.query(`set local statement_timeout = ${statementTimeoutMs}`);
  setSilence(db, statementTimeoutMs, beyondStatementMs);
}

/** Until its connection is given to somebody else. */
function setSilence(client: object, statementTimeoutMs: number, beyondMs: number): void {
  socketOf(client)?.setTimeout(statementTimeoutMs === 0 ? 0 : statementTimeoutMs + beyondMs);
}

function socketOf(client: object): Socket | undefined {
  const connection: unknown = 'connection' in client ? client.connection : undefined;
  if (typeof connection !== 'object' || connection === null || !('stream' in connection)) return;
  return connection.stream instanceof Socket ? connection.stream : undefined;
}

function isWaiting(client: object): boolean {
  return !('readyForQuery' in client) || client.readyForQuery !== true;
}
