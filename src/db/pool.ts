import pg from 'pg';

/** What a store function needs: a pool, a client or a client inside a transaction. */
export type Db = Pick<pg.ClientBase, 'query'>;

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

export type PoolOptions = {
  readonly connectionString: string;
  readonly max: number;
  readonly statementTimeoutMs: number;
  readonly applicationName: string;
};

/** A pool whose idle clients' errors (server restarted) are reported to `onIdleError` instead of ending the process. */
export function createPool(options: PoolOptions, onIdleError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max,
    statement_timeout: options.statementTimeoutMs,
    application_name: options.applicationName,
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 30_000,
  });
  pool.on('error', onIdleError);
  return pool;
}
