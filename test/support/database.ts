// A fresh, migrated, real database for each caller, cloned from a template that is made once.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openEngine, type Engine } from '../../src/db/engine.js';
import { findMigrationsDirectory, migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';

export type TestDatabase = {
  readonly pool: Pool;
  readonly url: string;
  readonly drop: () => Promise<void>;
};

/**
 * On the server of TEST_DATABASE_URL, else on a private one in var/test that all test files share and whose last user
 * stops it.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { admin, url } = await (server ??= openTestServer());
  return createClone(admin, url, await template(admin, url));
}

/** One without a single table. */
export async function emptyTestDatabase(encoding = 'UTF8'): Promise<TestDatabase> {
  const { admin, url } = await (server ??= openTestServer());
  return createClone(admin, url, `template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`);
}

async function createClone(admin: pg.Client, url: string, template: string): Promise<TestDatabase> {
  const name = `${clonePrefix}${process.pid}_${randomBytes(6).toString('hex')}`;
  await admin.query(`create database ${name} template ${template}`);
  const cloneUrl = withDatabase(url, name);
  const pool = openTestPool(cloneUrl);
  const drop = async (): Promise<void> => {
    // A failed test may have kept a client: its pool never ends by itself.
    await Promise.race([pool.end(), delay(2_000, undefined, { ref: false })]);
    await admin.query(`drop database if exists ${name} with (force)`);
    clones.delete(clone);
  };
  let dropped: Promise<void> | undefined;
  const clone: TestDatabase = {
    pool,
    url: cloneUrl,
    drop: () => (dropped ??= drop()),
  };
  clones.add(clone);
  return clone;
}

let server: Promise<TestServer> | undefined;
const clones = new Set<TestDatabase>();

// Runs before a test file's own `after`, which may then drop its database once more.
after(async () => {
  if (!server) return;
  const { admin, engine } = await server;
  await Promise.all([...clones].map((clone) => clone.drop()));
  await admin.end();
  await engine?.close();
});

async function openTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  const dataDir = join(dirname(findMigrationsDirectory()), 'var', 'test');
  const engine = given
    ? undefined
    : await openEngine({ dataDir, isDisposable: true }, () => undefined);
  const url = withDatabase(given ?? engine?.connectionString ?? '', 'postgres');
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await dropAbandoned(admin);
  return { engine, url, admin };
}

/** Databases of test processes that were killed. */
async function dropAbandoned(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where starts_with(datname, $1::text)`,
    [clonePrefix],
  );
  for (const { name } of rows) {
    const pid = Number(name.slice(clonePrefix.length).split('_')[0]);
    if (!isAlive(pid)) await admin.query(`drop database if exists ${name} with (force)`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Built under another name, then renamed: a template that exists is whole. */
async function template(admin: pg.Client, url: string): Promise<string> {
  const name = `annuaire_template_${migrationsHash()}`;
  if (await exists(admin, name)) return name;
  await admin.query(`select pg_advisory_lock(hashtext($1::text))`, [name]);
  try {
    if (await exists(admin, name)) return name;
    await admin.query(`drop database if exists ${name}_draft with (force)`);
    await admin.query(`create database ${name}_draft encoding 'UTF8' template template0`);
    const pool = openTestPool(withDatabase(url, `${name}_draft`));
    await migrate(pool).finally(() => pool.end());
    await admin.query(`alter database ${name}_draft rename to ${name}`);
  } finally {
    await admin.query(`select pg_advisory_unlock(hashtext($1::text))`, [name]);
  }
  return name;
}

async function exists(admin: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query(`select from pg_database where datname = $1::name`, [
    name,
  ]);
  return rowCount !== 0;
}

function migrationsHash(): string {
  const directory = findMigrationsDirectory();
  const hash = createHash('sha256');
  for (const file of readdirSync(directory)
    .filter((name) => /^\d/.test(name))
    .sort()) {
    hash.update(file).update(readFileSync(join(directory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function openTestPool(connectionString: string): Pool {
  const pool = createPool(
    { connectionString, max: 6, statementTimeoutMs: 120_000, applicationName: 'test' },
    () => undefined,
  );
  // A client still in use when its database is dropped must not end the test process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

const clonePrefix = 'annuaire_test_';

type TestServer = {
  readonly engine: Engine | undefined;
  readonly url: string;
  readonly admin: pg.Client;
};
