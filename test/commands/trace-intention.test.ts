// A command killed between its decision and the trace of it: the next one says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { mainProgram, runCommand, runHere, writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let db: TestDatabase;
let config = '';
const folder = tempFolder();
before(async () => {
  db = await testDatabase();
  config = writeCommandSettings(folder, db.url);
});
after(() => db.drop());

async function nombreDe(table: string): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>(
    `select count(*)::integer as n from ${table}`,
  );
  return rows[0]?.n ?? 0;
}

/** Runs a command that is killed between what it does, of which `table` then holds a row, and its trace. */
async function tuerAvantLaTrace(args: readonly string[], table: string): Promise<void> {
  const client = await db.pool.connect();
  // Whoever writes to the trail waits: the kill falls before the trace.
  await client.query('begin');
  await client.query('select from trace_tete for update');
  const avant = await nombreDe(table);
  const child = spawn(process.execPath, [mainProgram, '-c', config, ...args], { stdio: 'ignore' });
  while ((await nombreDe(table)) === avant && child.exitCode === null)
    await new Promise(setImmediate);
  assert.equal(child.exitCode, null);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'annuaire-sante-sync'`,
  );
  await client.query('rollback');
  client.release();
}

const lignes = `select action, issue, auteur_genre as auteur, reponse::jsonb ->> 'faute' as faute from trace
  where sequence > $1::bigint order by sequence`;

test('a decision whose program was killed before its trace is traced by the next command', async () => {
  await tuerAvantLaTrace(['api-key', 'create', 'plateforme'], 'api_key');
  assert.equal(await nombreDe('trace'), 0, 'nothing tells it yet');
  assert.equal(await nombreDe('trace_intention'), 1);
  const { status, stderr } = runCommand(config, ['api-key', 'revoke', 'plateforme']);
  assert.equal(status, 0, stderr);
  const { rows } = await db.pool.query(lignes, [0]);
  const auteur = 'personne';
  assert.deepEqual(rows, [
    { action: 'cle-api.creation', issue: 'echec', auteur, faute: 'INTERROMPU' },
    { action: 'cle-api.revocation', issue: 'reussite', auteur, faute: null },
  ]);
  assert.equal(await nombreDe('trace_intention'), 0);
});

test('so is a run of the program: the next one, that finds its load in service, does not hide who loaded it', async () => {
  const avant = await nombreDe('trace');
  const fichier = join(folder, 'inventaire.csv');
  writeFileSync(fichier, 'adresse;typeBal\na@chu-exemple.mssante.fr;ORG\n');
  await tuerAvantLaTrace(['inventory', 'import', fichier], 'source_load');
  const encore = await runHere(config, ['inventory', 'import', fichier]);
  assert.match(encore.stdout, /Inventaire inchangé : 1 BAL en service/u, encore.stderr);
  const { rows } = await db.pool.query(lignes, [avant]);
  const passage = { action: 'inventaire.import', auteur: 'programme' };
  assert.deepEqual(rows, [
    { ...passage, issue: 'echec', faute: 'INTERROMPU' },
    { ...passage, issue: 'reussite', faute: null },
  ]);
  assert.equal(await nombreDe('trace_intention'), 0);
});
