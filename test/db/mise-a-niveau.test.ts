// From each earlier schema, with data in place, to this one: nothing is lost, everything reads, and the journal is whole.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyJournal } from '../../src/audit/verify.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import { silentProgress } from '../../src/progress.js';
import { runHere, writeCommandSettings } from '../support/command.js';
import { emptyTestDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import {
  chargerDonnees,
  dossierFixture,
  empreinteMigration,
  lireDonnees,
  migrationFiles,
  migrationsJusqua,
} from '../support/schema-publie.js';

const signal = new AbortController().signal;
const publiees = 17;

async function ancienne(t: TestContext, count: number): Promise<TestDatabase> {
  const db = await emptyTestDatabase();
  t.after(db.drop);
  await migrate(db.pool, migrationsJusqua(count));
  return db;
}

test('the migrations that were released are what they were', () => {
  const path = join(dossierFixture, 'migrations.sha256');
  const found = migrationFiles()
    .slice(0, publiees)
    .map((name) => `${empreinteMigration(name)}  ${name}\n`)
    .join('');
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(path, found);
  assert.equal(found, readFileSync(path, 'utf8'), 'a released migration is never edited');
});

// The first, those after which many tables came, the last released, the one before this. All of them: LONG=1.
const precedente = migrationFiles().length - 1;
const chosen = [1, 5, 9, 12, 15, publiees, precedente];
const all = Array.from({ length: precedente }, (_, index) => index + 1);
for (const count of process.env['LONG'] === '1' ? all : chosen) {
  test(`from migration ${count}, with data in place`, async (t) => {
    const { pool } = await ancienne(t, count);
    const before = await chargerDonnees(pool, lireDonnees());
    assert.ok([...before.values()].reduce((sum, rows) => sum + rows, 0) >= 5);
    assert.equal((await migrate(pool)).length, migrationFiles().length - count);
    for (const [table, rows] of before) assert.equal(await countRows(pool, table), rows, table);
    const journal = await verifyJournal(pool, [], { progress: silentProgress, signal });
    assert.deepEqual(journal.fautes, []);
    assert.equal(journal.tracesCount, before.get('trace') ?? 0);
    // What migrations made out of rows that were there.
    if (count < 20) assert.deepEqual(await usage(pool), usageAttendu(count));
    if (count >= 11) assert.deepEqual(await totaux(pool), ['2026-11-19 3 0 0', '2026-11-20 1 0 2']);
  });
}

test('the rows of before fill the tables that a migration reads, or that people miss first', () => {
  const donnees = lireDonnees();
  for (const table of ['source_run', 'feed_attempt', 'mesure_hygiene', 'api_key', 'session_web']) {
    assert.ok((donnees[table]?.length ?? 0) > 0, table);
  }
  assert.ok(Object.keys(donnees).length >= 40);
});

const lectures = [
  'status',
  'report',
  'report --interfaces',
  'plan show',
  'push status',
  'push show 1',
  'demandes list',
  'demandes show 1',
  'hygiene list',
  'domains lookalike',
  'notices list',
  'notices show 1',
  'api-key list',
  'comptes list',
  'audit list',
  'audit show 1',
  'audit verify',
  'purge list',
  'export csv',
];
for (const count of [publiees, precedente]) {
  test(`after the upgrade from migration ${count} the commands that read still do`, async (t) => {
    const { pool, url } = await ancienne(t, count);
    await chargerDonnees(pool, lireDonnees());
    const config = writeCommandSettings(tempFolder(), url);
    for (const line of lectures) {
      const { status, stderr } = await runHere(config, line.split(' '));
      // 1: something is wrong with the data, which it says.
      assert.ok(
        status === 0 || (status === 1 && line === 'status'),
        `${line}: ${status} ${stderr}`,
      );
      assert.doesNotMatch(stderr, /Erreur inattendue/u, line);
    }
  });
}

test('the page says which commands those are, and from where', () => {
  const page = readFileSync(join(dossierFixture, '../../../docs/mise-a-niveau.md'), 'utf8');
  for (const line of lectures) assert.ok(page.includes(`\`${line}\``), line);
  const depuis = chosen
    .slice(0, -1)
    .join(', ')
    .replace(/, (?=\d+$)/u, ' et ');
  assert.ok(page.includes(`depuis les schémas ${depuis}`), depuis);
});

test('the program of before says that the base is newer, and touches nothing', async (t) => {
  const { pool } = await ancienne(t, migrationFiles().length);
  await assert.rejects(migrate(pool, migrationsJusqua(publiees)), {
    code: 'SCHEMA_NEWER',
    message: /version plus récente du programme.*Rien n'a été modifié/su,
  });
});

test('cut in the middle, goes on from there', async (t) => {
  const { pool, url } = await ancienne(t, publiees);
  const before = await chargerDonnees(pool, lireDonnees());
  const folder = migrationsJusqua(publiees + 1);
  const slow = join(folder, `00${publiees + 2}_lente.sql`);
  writeFileSync(slow, `update compte set nom = nom || 'x'; select pg_sleep(600)`);
  const other = openPool(t, url);
  const cut = assert.rejects(migrate(other, folder), { code: 'MIGRATION_FAILED' });
  await terminate(pool, 'pg_sleep(600)');
  await cut;
  assert.equal(await countRows(pool, 'schema_migration'), publiees + 1);
  await migrate(pool);
  for (const [table, rows] of before) assert.equal(await countRows(pool, table), rows, table);
});

test('two nodes that are updated at once share the work', async (t) => {
  const { pool, url } = await ancienne(t, publiees);
  await chargerDonnees(pool, lireDonnees());
  const applied = await Promise.all([migrate(pool), migrate(openPool(t, url))]);
  assert.deepEqual(applied.flat().sort(), migrationFiles().slice(publiees));
});

async function usage(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', jour, interface, source, hote, operation, issue, nombre, volume) as ligne
     from usage_interface order by 1`,
  );
  return rows.map(({ ligne }) => ligne);
}

/** Of the runs and attempts of complement.json, by day of Paris: reads and inventories are not counted. */
function usageAttendu(count: number): string[] {
  const envois = [
    '2026-11-20 alimentation   delete refus 1 0',
    '2026-11-21 alimentation   delete reussite 1 0',
  ];
  return [
    '2026-11-20 telechargement bals extractions.exemple.fr chargement inchange 1 0',
    '2026-11-20 telechargement bals extractions.exemple.fr chargement reussite 1 1',
    '2026-11-21 telechargement finess  chargement indisponible 1 0',
    // Its table came with migration 5.
    ...(count >= 5 ? envois : []),
  ].sort();
}

async function totaux(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ ligne: string }>(
    `select concat_ws(' ', jour, valeur, hausse, baisse) as ligne from mesure_total order by 1`,
  );
  return rows.map(({ ligne }) => ligne);
}

function openPool(t: TestContext, connectionString: string): Pool {
  const pool = createPool(
    { connectionString, max: 2, statementTimeoutMs: 60_000, applicationName: 'test' },
    () => undefined,
  );
  t.after(() => pool.end());
  return pool;
}

async function countRows(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::float8 as count from ${table}`,
  );
  return rows[0]?.count ?? -1;
}

async function terminate(pool: Pool, text: string): Promise<void> {
  for (let turn = 0; turn < 3_000; turn += 1) {
    const { rowCount } = await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and strpos(query, $1::text) > 0`,
      [text],
    );
    if (rowCount !== 0) return;
    await delay(10);
  }
  assert.fail('the migration did not come to it');
}
