// After a restoration, what is sent waits for the present to be known, and goes on by itself once it is.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { versionEvenements } from '../../src/store/source-load.js';
import { runInProcess } from '../support/command-in-process.js';
import { writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let db: TestDatabase;
let config = '';
before(async () => {
  db = await testDatabase();
  config = writeCommandSettings(tempFolder(), db.url);
  // Nothing is in the queue: nobody is called.
  const alimentation = `alimentation: { url: 'http://127.0.0.1:9/fhir', cleApi: essai }\n`;
  appendFileSync(config, alimentation);
});
after(() => db.drop());

/** Of two sources of the inventory, as before the backup; then the restoration, at noon. */
const restauree = new Date('2026-11-20T12:00:00Z');
const a = (heure: string): string => `2026-11-20T${heure}:00Z`;

async function charger(source: string, inventaire: string | null, genere: string, le: string) {
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into source_load (source, inventaire_source, version, genere_le, loaded_at, origin, size_bytes, line_count,
       added_count, gone_count, is_full)
     values ($1, $2, 'v' || $3::text, $3::text::timestamptz, $4, 'essai', 1, 1, 1, 0, false) returning id`,
    [source, inventaire, genere, le],
  );
  return rows[0]?.id ?? 0;
}

async function bal(source: string): Promise<void> {
  const load = await charger('inventaire', source, a('08:00'), a('08:00'));
  await db.pool.query(
    `insert into bal_operateur (ligne_hash, first_load_id, adresse, domaine, adresse_saisie, type_bal, source_inventaire)
     values (1, $1, $2, 'chu-exemple.mssante.fr', $2, 'ORG', $3)`,
    [load, `${source}@chu-exemple.mssante.fr`, source],
  );
}

async function relire(
  source: string,
  le: string,
  outcome = 'unchanged',
  version = 'v',
): Promise<void> {
  await db.pool.query(
    `insert into source_run (source, inventaire_source, started_at, finished_at, outcome, code, message, version)
     values ('inventaire', $1, $2, $2, $3, $4, $4, $5)`,
    [source, le, outcome, outcome === 'failed' ? 'ESSAI' : null, version],
  );
}

async function planifier(le: string): Promise<void> {
  await db.pool.query(`update plan set etat = 'remplace'`);
  await db.pool.query(
    `with run as (insert into reconcile_run (started_at, finished_at, judged_at, mode, loads, settings_fingerprint,
         bal_count, opened_count, closed_count, open_count)
       values ($1, $1, $1, 'full', '{}', 'x', 0, 0, 0, 0) returning id)
     insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint, etat,
       insert_count, replace_count, delete_count, retenue_count)
     select $1, id, '{}', 'x', 'x', 'ouvert', 0, 0, 0, 0 from run`,
    [le],
  );
}

const pousser = () => runInProcess(config, ['push'], () => new Date(a('18:00')));

async function levees(): Promise<readonly unknown[]> {
  const { rows } = await db.pool.query<{ auteur: string; issue: string }>(
    `select auteur_genre as auteur, issue from trace where action = 'restauration.levee'`,
  );
  return rows;
}

test('each condition in its turn, none by what is older than the restoration; then it goes on, and says so', async () => {
  await bal('chu');
  await bal('clinique');
  const declaree = await runInProcess(
    config,
    ['restore', '--declarer', '2026-11-20T02:00:00Z'],
    () => restauree,
  );
  assert.equal(declaree.status, 0, declaree.stderr);

  const etapes: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ['nothing', () => planifier(a('12:10')), '« extract bals ».*« inventory sync »'],
    [
      'an extraction loaded since, but generated before',
      () => charger('bals', null, a('11:00'), a('12:30')),
      '« extract bals »',
    ],
    [
      'an extraction of the present',
      () => charger('bals', null, a('13:00'), a('13:30')),
      'Restent : « inventory sync »',
    ],
    ['one source of two read again', () => relire('chu', a('14:00')), '« inventory sync »'],
    [
      'the other one, in vain',
      () => relire('clinique', a('14:10'), 'failed'),
      '« inventory sync »',
    ],
    [
      'events of the other one: they tell of some of its BAL only',
      () => relire('clinique', a('14:20'), 'loaded', versionEvenements),
      '« inventory sync »',
    ],
    ['both', () => relire('clinique', a('15:00'), 'loaded'), 'Restent : « reconcile »'],
    ['a plan from before the last one', () => planifier(a('14:30')), '« reconcile »'],
  ];
  for (const [nom, faire, manque] of etapes) {
    await faire();
    const { status, stderr } = await pousser();
    assert.equal(status, 3, nom);
    assert.match(stderr, new RegExp(manque, 'u'), nom);
  }
  assert.deepEqual(await levees(), []);

  await planifier(a('16:00'));
  const { status, stderr } = await pousser();
  assert.doesNotMatch(stderr, /La base a été restaurée/u);
  assert.equal(status, 0, stderr);
  assert.deepEqual(await levees(), [{ auteur: 'programme', issue: 'reussite' }]);
  assert.equal((await pousser()).status, 0);
  assert.equal((await levees()).length, 1, 'once');
});
