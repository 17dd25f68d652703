import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findMigrationsDirectory, migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { emptyTestDatabase } from '../support/database.js';

test('an empty database gets every migration once, in order', async (t) => {
  const pool = await emptyPool(t);
  const files = readdirSync(findMigrationsDirectory()).filter((file) => /^\d{4}_/.test(file));
  assert.ok(files.length > 0);
  assert.deepEqual(await migrate(pool), files.sort());
  assert.deepEqual(await migrate(pool), []);
  assert.deepEqual(await appliedNames(pool), files);
});

test('programs that start together apply each migration once between them', async (t) => {
  const pools = await sharedPools(t, 6);
  const directory = folderOf(t, {
    '0001_un.sql': 'create table un (); select pg_sleep(0.05)',
    '0002_deux.sql': 'create table deux (); select pg_sleep(0.05)',
  });
  const applied = await Promise.all(pools.map((pool) => migrate(pool, directory)));
  assert.deepEqual(applied.flat().sort(), ['0001_un.sql', '0002_deux.sql']);
});

test('a program that is behind waits for another past its statement timeout', async (t) => {
  const [patient, quick] = await sharedPools(t, 2, 50);
  assert.ok(patient && quick);
  const directory = folderOf(t, { '0001_un.sql': 'create table un (); select pg_sleep(0.2)' });
  const applied = await Promise.all([migrate(patient, directory), migrate(quick, directory)]);
  assert.deepEqual(applied.flat(), ['0001_un.sql']);
});

test('a migration that fails leaves nothing, and the ones before it stay', async (t) => {
  const pool = await emptyPool(t);
  const directory = folderOf(t, {
    '0001_un.sql': 'create table un ()',
    '0002_deux.sql': 'create table deux (); create table un ()',
  });
  await assert.rejects(migrate(pool, directory), {
    code: 'MIGRATION_FAILED',
    message: /0002_deux\.sql a échoué.*"un" already exists/,
  });
  assert.deepEqual(await appliedNames(pool), ['0001_un.sql']);
  writeFileSync(join(directory, '0002_deux.sql'), 'create table deux ()');
  assert.deepEqual(await migrate(pool, directory), ['0002_deux.sql']);
});

const one = { '0001_un.sql': 'create table un ()' };
const two = { ...one, '0002_deux.sql': 'create table deux ()' };
const refusals: [name: string, applied: Files, now: Files, code: string, message: RegExp][] = [
  ['a database newer than the program', two, one, 'SCHEMA_NEWER', /0002_deux\.sql.*0001_un\.sql/],
  ['a renamed migration', one, { '0001_uno.sql': '' }, 'SCHEMA_FOREIGN', /0001_un\.sql.*0001_uno/],
  ['a missing number', {}, { ...one, '0003_trois.sql': '' }, 'MIGRATION_GAP', /0003_.*0002_/],
  ['a number used twice', {}, { ...one, '0001_bis.sql': '' }, 'MIGRATION_GAP', /0001_un.*0002_/],
  ['an empty folder', {}, {}, 'MIGRATION_NONE', /Réinstallez/],
];
for (const [name, applied, now, code, message] of refusals) {
  test(`refused, with nothing changed: ${name}`, async (t) => {
    const pool = await emptyPool(t);
    if (Object.keys(applied).length > 0) await migrate(pool, folderOf(t, applied));
    const before = await tableNames(pool);
    await assert.rejects(migrate(pool, folderOf(t, now)), { code, message });
    assert.deepEqual(await tableNames(pool), before);
  });
}

test('refused: a history with a hole', async (t) => {
  const pool = await emptyPool(t);
  await migrate(pool, folderOf(t, two));
  await pool.query('delete from schema_migration where number = 1');
  await assert.rejects(migrate(pool, folderOf(t, two)), { code: 'SCHEMA_FOREIGN' });
});

test('a missing folder is told like an empty one', async (t) => {
  const pool = await emptyPool(t);
  await assert.rejects(migrate(pool, '/nonexistent'), { code: 'MIGRATION_NONE' });
});

test('an account that may not create tables is told what to grant', async (t) => {
  const { url, pool, drop } = await emptyTestDatabase();
  const role = `lecteur_${randomBytes(4).toString('hex')}`;
  await pool.query(`create role ${role} login password 'x'`);
  await pool.query(`revoke create on schema public from public`);
  t.after(async () => {
    await pool.query(`drop role ${role}`);
    await drop();
  });
  const limited = new URL(url);
  limited.username = role;
  limited.password = 'x';
  const theirs = openPool(limited.href);
  await assert.rejects(migrate(theirs), { code: 'MIGRATION_FAILED', message: /grant create on/ });
  await theirs.end();
});

type Files = Readonly<Record<string, string>>;

function folderOf(t: TestContext, files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-test-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return folder;
}

async function emptyPool(t: TestContext): Promise<Pool> {
  const { pool, drop } = await emptyTestDatabase();
  t.after(drop);
  return pool;
}

/** Pools of as many programs on one empty database. */
async function sharedPools(t: TestContext, count: number, timeoutMs = 60_000): Promise<Pool[]> {
  const { url, drop } = await emptyTestDatabase();
  const pools = Array.from({ length: count }, () => openPool(url, timeoutMs));
  t.after(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await drop();
  });
  return pools;
}

function openPool(connectionString: string, statementTimeoutMs = 60_000): Pool {
  const options = { connectionString, max: 2, statementTimeoutMs, applicationName: 'test' };
  return createPool(options, () => undefined);
}

async function appliedNames(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from schema_migration order by number',
  );
  return rows.map((row) => row.name);
}

async function tableNames(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migration' order by 1`,
  );
  return rows.map((row) => row.name);
}
