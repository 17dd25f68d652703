// A command killed between its decision and the trace of it: the next one says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { mainProgram, runCommand, writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let db: TestDatabase;
let config = '';
before(async () => {
  db = await testDatabase();
  config = writeCommandSettings(tempFolder(), db.url);
});
after(() => db.drop());

async function nombreDe(table: string): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>(
    `select count(*)::integer as n from ${table}`,
  );
  return rows[0]?.n ?? 0;
}

test('a decision whose program was killed before its trace is traced by the next command', async () => {
  const client = await db.pool.connect();
  // Whoever writes to the trail waits: the kill falls between the decision and its trace.
  await client.query('begin');
  await client.query('select from trace_tete for update');
  const child = spawn(
    process.execPath,
    [mainProgram, '-c', config, 'api-key', 'create', 'plateforme'],
    {
      stdio: 'ignore',
    },
  );
  while ((await nombreDe('api_key')) === 0 && child.exitCode === null)
    await new Promise(setImmediate);
  assert.equal(child.exitCode, null);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'annuaire-sante-sync'`,
  );
  await client.query('rollback');
  client.release();
  assert.equal(await nombreDe('trace'), 0, 'nothing tells it yet');
  assert.equal(await nombreDe('trace_intention'), 1);
  const { status, stderr } = runCommand(config, ['api-key', 'revoke', 'plateforme']);
  assert.equal(status, 0, stderr);
  const { rows } = await db.pool.query(
    `select action, issue, reponse::jsonb ->> 'faute' as faute from trace order by sequence`,
  );
  assert.deepEqual(rows, [
    { action: 'cle-api.creation', issue: 'echec', faute: 'INTERROMPU' },
    { action: 'cle-api.revocation', issue: 'reussite', faute: null },
  ]);
  assert.equal(await nombreDe('trace_intention'), 0);
});
