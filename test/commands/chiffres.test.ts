// `report --hygiene`, `report --panorama` and `domains lookalike` as they are run.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../support/annuaire.js';
import { runHere } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { jour1 } from '../support/pays-mesure.js';

const folder = tempFolder();
const config = join(folder, 'annuaire-sync.yaml');
let db: TestDatabase;

before(async () => {
  db = await testDatabase();
  await load(db.pool, jour1);
  writeSettings('[]');
});
after(() => db.drop());

function writeSettings(offres: string): void {
  writeFileSync(
    config,
    `database: { url: '${db.url}' }
operateur: { nom: Exemple, domaines: [chu.mssante.fr, vide.mssante.fr], offres: ${offres} }
`,
  );
}

test('a look-alike is told once, counted, judged known', async () => {
  const premier = await runHere(config, ['reconcile']);
  assert.equal(premier.status, 0, premier.stderr);
  assert.match(premier.stdout, /! chu\.rnssante\.fr : se confond à l’œil avec chu\.mssante\.fr/u);
  assert.doesNotMatch((await runHere(config, ['reconcile'])).stdout, /rnssante/u);
  assert.match(
    (await runHere(config, ['status', '--detail'])).stdout,
    /ressemblent aux vôtres : 1 à examiner/u,
  );
  assert.match((await runHere(config, ['report'])).stdout, /Domaines qui ressemblent .* : 1 /u);
  const liste = await runHere(config, ['domains', 'lookalike']);
  assert.match(liste.stdout, /chu\.rnssante\.fr/u);
  const connu = await runHere(config, [
    ...['domains', 'lookalike', 'known', 'CHU.rnssante.fr', '--motif', 'un confrère'],
  ]);
  assert.equal(connu.stdout, '✓ chu.rnssante.fr est marqué comme connu.\n');
  assert.match((await runHere(config, ['domains', 'lookalike', 'list'])).stdout, /Aucun domaine/u);
  const tous = await runHere(config, ['--json', 'domains', 'lookalike', 'list', '--all']);
  const { domaines } = JSON.parse(tous.stdout) as {
    domaines: { domaine: string; connu: { motif: string } | null }[];
  };
  assert.deepEqual([domaines.length, domaines[0]?.connu?.motif], [1, 'un confrère']);
  assert.doesNotMatch((await runHere(config, ['status', '--detail'])).stdout, /ressemblent/u);
  assert.equal(
    (await runHere(config, ['domains', 'lookalike', 'unknown', 'chu.rnssante.fr'])).status,
    0,
  );
  assert.match((await runHere(config, ['status', '--detail'])).stdout, /1 à examiner/u);
  const absent = await runHere(config, ['domains', 'lookalike', 'known', 'ailleurs.fr']);
  assert.equal(absent.status, 2);
  assert.match(absent.stderr, /ailleurs\.fr n’est pas parmi les domaines/u);
});

test('the hygiene is told on a terminal, and written as a page', async () => {
  assert.equal((await runHere(config, ['reconcile'])).status, 0);
  assert.match(
    (await runHere(config, ['report', '--hygiene'])).stdout,
    /Hygiène des BAL de Exemple/u,
  );
  const page = join(folder, 'hygiene.html');
  const ecrit = await runHere(config, ['report', '--hygiene', '--format', 'html', '--out', page]);
  assert.equal(ecrit.status, 0, ecrit.stderr);
  assert.match(readFileSync(page, 'utf8'), /^<!DOCTYPE html>\s*<html lang="fr">[^]*<\/html>\s*$/u);
  const json = await runHere(config, [
    '--json',
    'report',
    '--hygiene',
    '--domaine',
    'VIDE.mssante.fr',
  ]);
  assert.equal((JSON.parse(json.stdout) as { domaine: string }).domaine, 'vide.mssante.fr');
});

test('the panorama knows the offers of the settings', async () => {
  writeSettings(`[{ nom: Offre B, domaines: [chu.mssante.fr] }]`);
  const { stdout, status } = await runHere(config, ['report', '--panorama', '--format', 'csv']);
  assert.equal(status, 0);
  assert.match(stdout, /\r\nOffre B;chu\.mssante\.fr;PER;5;2;4;2;/u);
  writeSettings(
    `[{ nom: B, domaines: [chu.mssante.fr, autre.mssante.fr] }, { nom: B, domaines: [chu.mssante.fr] }]`,
  );
  const { stderr } = await runHere(config, ['report', '--panorama']);
  assert.match(stderr, /autre\.mssante\.fr n’est pas dans operateur\.domaines/u);
  assert.match(stderr, /l’offre « B » est déclarée deux fois/u);
  assert.match(stderr, /chu\.mssante\.fr est déjà de l’offre « B »/u);
  writeSettings('[]');
});

const refuses: readonly (readonly [args: string, message: RegExp])[] = [
  ['--hygiene --panorama', /deux rapports/u],
  ['--format html', /html n’est que pour/u],
  ['--panorama --format html', /html n’est que pour/u],
  ['--hygiene --jusqua 2026-01-01', /--jusqua n’est que pour/u],
  ['--depuis 2026-01-01', /c’est --since/u],
  ['--hygiene --code PER_TYPE_10', /choisissent des constats/u],
  ['--panorama --all', /choisissent des constats/u],
  ['--panorama --depuis 2026-02-01 --jusqua 2026-01-01', /rien entre les deux/u],
  ['--hygiene --depuis 2026-02-30', /AAAA-MM-JJ/u],
];
for (const [args, message] of refuses) {
  test(`report ${args} is refused`, async () => {
    const { status, stderr } = await runHere(config, ['report', ...args.split(' ')]);
    assert.equal(status, 2);
    assert.match(stderr, message);
  });
}
