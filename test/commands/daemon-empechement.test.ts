// A node that is not fit to begin stages: what is due stays due, for the other nodes and for itself once it is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { EtapesDuNoeud } from '../../src/commands/daemon-etapes.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { findLastMigration } from '../../src/db/migrate.js';
import type { Ecrire, Logger } from '../../src/logger.js';
import { listPassages } from '../../src/store/passage.js';
import { mainProgram } from '../support/command.js';
import { poll, seulement, writeDaemonSettings } from '../support/daemon.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let db: TestDatabase;
let config = '';
let etapes: EtapesDuNoeud;
const dits: { readonly evenement: string; readonly message: string }[] = [];
const dire: Ecrire = (evenement, message) => void dits.push({ evenement, message });
const log: Logger = { debug: dire, info: dire, warn: dire, error: dire, pour: () => log };

before(async () => {
  db = await testDatabase();
  const sections = seulement(['status']);
  config = writeDaemonSettings({ folder: tempFolder(), databaseUrl: db.url, sections });
  // Stages are processes of the program that runs, which is this test.
  process.argv[1] = mainProgram;
  const options = { noeud: 'essai', log, onMetriques: () => undefined };
  etapes = new EtapesDuNoeud({ settings: loadSettings(config), env: process.env }, options);
});
after(async () => {
  await etapes.stop(10_000);
  await db.drop();
});

/** Two looks: what is said is said once. */
async function lookTwice(aheadMs: number): Promise<readonly string[]> {
  dits.length = 0;
  for (let look = 1; look <= 2; look += 1) {
    await etapes.look(db.pool, new Date(Date.now() + aheadMs));
  }
  return dits.map(({ evenement }) => evenement);
}

test('a clock far from the database’s begins nothing, and says so once', async () => {
  assert.deepEqual(await lookTwice(3_600_000), ['etapes-retenues']);
  assert.match(dits[0]?.message ?? '', /avance de 60 min.*Mettez à l’heure/u);
  assert.deepEqual(await lookTwice(-3_600_000), []);
  assert.equal((await listPassages(db.pool, 1)).length, 0);
});

test('a database that a newer program migrated begins nothing here, neither at a look nor in a process that was late', async () => {
  const { numero } = await findLastMigration();
  await db.pool.query(`insert into schema_migration (number, name) values ($1, $2)`, [
    numero + 1,
    'suivante.sql',
  ]);
  assert.deepEqual(await lookTwice(0), ['etapes-retenues']);
  assert.match(dits[0]?.message ?? '', /plus récent que ce programme \(suivante\.sql\)/u);
  const words = ['daemon', 'etape', 'status', '--pour', 'essai', '--prevu'];
  const args = [mainProgram, '-c', config, ...words, new Date().toISOString()];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 3, stderr);
  assert.match(stderr, /plus récent que ce programme/u);
  assert.equal((await listPassages(db.pool, 1)).length, 0);
  await db.pool.query(`delete from schema_migration where number = $1`, [numero + 1]);
});

test('what was due is begun as soon as the node is fit', async () => {
  assert.deepEqual(await lookTwice(0), ['etapes-reprises', 'etape-lancee']);
  const done = await poll(async () =>
    (await listPassages(db.pool, 1)).find(({ issue }) => issue !== undefined),
  );
  assert.deepEqual([done.issue, done.tentative], ['reussite', 1]);
});
