import pg from 'pg';
import { securedUrl } from './connection-tls.js';
import { limitSilence } from './silence.js';

/** What a store function needs: a pool, a client or a client inside a transaction. */
export type Db = Pick<pg.ClientBase, 'query'>;

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

export type PoolOptions = {
  readonly connectionString: string;
  readonly max: number;
  readonly statementTimeoutMs: number;
  readonly applicationName: string;
  /** For a connection, its wait for a free place counted. */
  readonly connectTimeoutMs?: number;
  /** After which a server that went without a word is given up; undefined: when the system finds out. */
  readonly answerTimeoutMs?: number;
  /** Settings of every session, by their PostgreSQL names; sent as statements, which any connection pooler lets through. */
  readonly session?: Readonly<Record<string, string>>;
};

/** A pool whose idle clients' errors (server restarted) are reported to `onIdleError` instead of ending the process. */
export function createPool(options: PoolOptions, onIdleError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    ...securedUrl(options.connectionString),
    max: options.max,
    statement_timeout: options.statementTimeoutMs,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 15_000,
    idleTimeoutMillis: 30_000,
    // A server whose network was cut is noticed in less than a minute; one that froze, by `limitSilence`.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    ...(options.answerTimeoutMs !== undefined && { query_timeout: options.answerTimeoutMs }),
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- pg-pool waits for it, which its type does not say
    ...(options.session && { onConnect: (client) => applySession(client, options.session) }),
  });
  pool.on('error', onIdleError);
  limitSilence(pool, options.statementTimeoutMs);
  return pool;
}

async function applySession(
  client: pg.ClientBase,
  session: PoolOptions['session'] = {},
): Promise<void> {
  for (const [name, value] of Object.entries(session)) {
    await client.query('select set_config($1::text, $2::text, false)', [name, value]);
  }
}
