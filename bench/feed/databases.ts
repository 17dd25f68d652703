// Databases of the measures, on one private server.
import { createPool, type Pool } from '../../src/db/pool.js';
import { migrate } from '../../src/db/migrate.js';

/** Empty and up to date, or a copy of `template`. */
export async function recreate(
  connectionString: string,
  database: string,
  template?: string,
): Promise<void> {
  await drop(connectionString, database);
  const from = template === undefined ? '' : ` template ${template}`;
  await onServer(connectionString, `create database ${database}${from}`);
  const pool = poolOf(withDatabase(connectionString, database));
  await migrate(pool).finally(() => pool.end());
}

export async function drop(connectionString: string, database: string): Promise<void> {
  await onServer(connectionString, `drop database if exists ${database} with (force)`);
}

export function poolOf(connectionString: string): Pool {
  return createPool(
    { connectionString, max: 4, statementTimeoutMs: 600_000, applicationName: 'bench' },
    () => undefined,
  );
}

export function withDatabase(connectionString: string, database: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer(connectionString: string, sql: string): Promise<void> {
  const pool = poolOf(connectionString);
  await pool.query(sql).finally(() => pool.end());
}
