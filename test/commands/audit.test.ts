// « audit » as it is run, and the traces that the commands leave.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findDerniereVerification } from '../../src/store/statut.js';
import {
  runCommand,
  runHere,
  writeCommandSettings,
  type CommandResult,
} from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;
let folder: string;
let config: string;
before(async () => {
  db = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
  config = writeCommandSettings(folder, db.url);
});
after(async () => {
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: readonly string[]): Promise<CommandResult> {
  return runHere(config, args);
}

type Ligne = {
  sequence: number;
  action: string;
  issue: string;
  auteur: { genre: string; id: string };
  objets: { genre: string; id: string }[];
  poste: { adresse?: string; agent?: string };
  reponse?: { faute?: string };
  correlation: string;
};

function lignes(text: string): Ligne[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Ligne);
}

test('what commands decide and run is traced, failures included, and nothing of a key is kept', async () => {
  const created = await run('--json', 'api-key', 'create', 'plateforme');
  assert.equal(created.status, 0, created.stderr);
  const { cle } = JSON.parse(created.stdout) as { cle: string };
  // Of a process of its own: its traces are found together, apart from those of the others.
  assert.equal(runCommand(config, ['api-key', 'create', 'plateforme']).status, 1);
  assert.equal((await run('api-key', 'revoke', 'plateforme')).status, 0);
  assert.equal((await run('domains', 'lookalike', 'known', 'chu-exempIe.mssante.fr')).status, 2);
  assert.equal((await run('inventory', 'import', join(folder, 'absent.csv'))).status, 2);
  assert.equal((await run('inventory', 'drop', 'ancienne', '--accept')).status, 2);
  assert.equal(
    (await run('hygiene', 'keep', 'a@chu-exemple.mssante.fr', '--motif', 'encore utile')).status,
    1,
  );
  const exported = await run('audit', 'export');
  assert.equal(exported.status, 0, exported.stderr);
  const found = lignes(exported.stdout);
  assert.deepEqual(
    found.map(({ action, issue, auteur }) => [action, issue, auteur.genre]),
    [
      ['cle-api.creation', 'reussite', 'personne'],
      ['cle-api.creation', 'echec', 'personne'],
      ['cle-api.revocation', 'reussite', 'personne'],
      ['domaine.connu', 'echec', 'personne'],
      ['inventaire.import', 'echec', 'programme'],
      ['inventaire.retrait', 'echec', 'personne'],
      ['hygiene.conservation', 'echec', 'personne'],
    ],
  );
  assert.equal(found[1]?.reponse?.faute, 'NOM_DE_CLE_PRIS');
  assert.match(found[0]?.poste.agent ?? '', /^annuaire-sync /u);
  assert.notEqual(found[0]?.correlation, found[1].correlation);
  assert.ok(!exported.stdout.includes(cle));
});

test('the export is bounded, chosen by person, BAL, period and outcome, and itself traced', async () => {
  const out = join(folder, 'enquete.csv');
  const csv = await run(
    'audit',
    'export',
    '--format',
    'csv',
    '--bal',
    'A@chu-exemple.mssante.fr',
    '--out',
    out,
  );
  assert.equal(csv.status, 0, csv.stderr);
  const text = readFileSync(out, 'utf8');
  assert.equal(text.trim().split('\r\n').length, 2);
  assert.match(text, /"hygiene.conservation"/u);
  const cut = await run('audit', 'export', '--max', '2');
  assert.equal(cut.status, 1);
  assert.equal(lignes(cut.stdout).length, 2);
  assert.match(cut.stderr, /--max/u);
  assert.equal(lignes((await run('audit', 'export', '--issue', 'echec')).stdout).length, 5);
  assert.equal((await run('audit', 'export', '--depuis', '2999-01-01')).stdout, '');
  assert.equal((await run('audit', 'export', '--depuis', '23/11/2026')).status, 2);
  const exports = lignes((await run('audit', 'export', '--action', 'export')).stdout);
  assert.ok(exports.length >= 4);
});

test('list and show read it; verify says intact, then names what a superuser changed', async () => {
  const list = await run('audit', 'list', '--action', 'cle-api.revocation');
  assert.equal(list.status, 0);
  assert.match(list.stdout, /Clé d’API révoquée/u);
  assert.match((await run('audit', 'show', '2')).stdout, /NOM_DE_CLE_PRIS/u);
  assert.equal((await run('audit', 'show', '99999')).status, 1);
  const point = (await run('audit', 'checkpoint')).stdout.trim();
  assert.match(point, /^\d+:[0-9a-f]{64}$/u);
  const intact = await run('audit', 'verify', '--point', point);
  assert.equal(intact.status, 0, intact.stdout + intact.stderr);
  assert.match(intact.stdout, /Journal intact/u);

  // Stopped, it found nothing: the trace of it is no proof of an altered trail.
  const stopped = await runHere(config, ['audit', 'verify'], {}, AbortSignal.abort());
  assert.notEqual(stopped.status, 0);
  const [last] = lignes(
    (await run('audit', 'export', '--action', 'journal.verification')).stdout,
  ).reverse();
  assert.deepEqual([last?.issue, last?.reponse?.faute], ['echec', 'INTERROMPU']);
  assert.equal((await findDerniereVerification(db.pool))?.issue, 'reussite');

  await db.pool.query(`alter table trace disable trigger all`);
  await db.pool.query(`update trace set auteur_id = 'autre' where sequence = 3`);
  await db.pool.query(`delete from trace where sequence = 5`);
  await db.pool.query(`alter table trace enable trigger all`);
  const broken = await run('audit', 'verify');
  assert.equal(broken.status, 1);
  assert.match(broken.stdout, /contenu de la trace 3 a été altéré/u);
  assert.match(broken.stdout, /La trace 5 a été retirée/u);
  assert.equal((await findDerniereVerification(db.pool))?.issue, 'echec');
  assert.equal((await run('audit', 'verify', '--point', 'x')).status, 2);
});
