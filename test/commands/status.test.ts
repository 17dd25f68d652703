// The 8 o'clock screen: a verdict that scripts can read too, the remedy of each point, and what is left without the base.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { peindreSur } from '../../src/commands/couleurs.js';
import { writeCommandSettings } from '../support/command.js';
import { rubriqueSauvegarde } from '../../src/commands/status-sauvegarde.js';
import type { DerniereSauvegarde } from '../../src/sauvegarde/dernier.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { runHere } from '../support/in-process.js';

let database: TestDatabase;
let config: string;
const now = new Date('2026-11-23T07:00:00Z');

before(async () => {
  database = await testDatabase();
  config = writeCommandSettings(tempFolder(), database.url);
  appendFileSync(
    config,
    `sources:
  bals: { actif: true }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
`,
  );
});
after(() => database.drop());

/** The base was made so many days ago. */
async function dater(jours: number): Promise<void> {
  const creeeLe = new Date(now.getTime() - jours * 86_400_000);
  await database.pool.query('update schema_migration set applied_at = $1::timestamptz', [creeeLe]);
}

type Said = { toutVaBien: boolean; points: { genre: string; texte: string; remede: string }[] };

async function json(...args: string[]): Promise<Said & { status: number }> {
  const { status, stdout } = await runHere(config, ['--json', 'status', ...args], { now });
  return { ...(JSON.parse(stdout) as Said), status };
}

test('a base that is new: what is missing, each with the command that brings it, and 1 for scripts', async () => {
  const { status, toutVaBien, points } = await json('--verifie');
  assert.equal(status, 1);
  assert.equal(toutVaBien, false);
  assert.ok(points.length > 0 && points.every(({ remede }) => remede !== ''));
  assert.match(points.map(({ remede }) => remede).join('\n'), /« annuaire-sync extract »/u);
  assert.equal((await json()).status, 0);
});

test('all is well: one line says so, in 24 lines of 80 columns, without a colour in a file', async () => {
  await database.pool.query(
    `insert into source_load (source, inventaire_source, version, origin, size_bytes, line_count, added_count,
       gone_count, is_full, loaded_at)
     values ('bals', null, 'v', '/x', 1, 10, 10, 0, true, $1),
       ('inventaire', 'fichier', 'v', '/x', 1, 10, 10, 0, true, $1)`,
    [now],
  );
  await database.pool.query(
    `insert into reconcile_run (started_at, finished_at, judged_at, mode, loads, settings_fingerprint,
       bal_count, opened_count, closed_count, open_count)
     values ($1, $1, $1, 'full', (select jsonb_object_agg(source, id) from source_load), '', 10, 0, 0, 0)`,
    [now],
  );
  await dater(0);
  const { status, stdout } = await runHere(config, ['status', '--verifie'], { now, columns: 80 });
  assert.match(stdout, /^✓ Tout va bien /u);
  assert.equal(status, 0);
  const lignes = stdout.trimEnd().split('\n');
  assert.ok(lignes.length <= 24, stdout);
  assert.ok(
    lignes.every((line) => line.length <= 80),
    stdout,
  );
  assert.doesNotMatch(stdout, /\u001b/u);
});

test('a trail that nobody ever verified is to be seen once its first week is over', async () => {
  const neuve = await json();
  await dater(9);
  const ancienne = await json();
  await dater(0);
  const dits = ({ points }: Said): string[] =>
    points.map(({ texte }) => texte).filter((texte) => texte.includes('vérifié'));
  assert.deepEqual(dits(neuve), []);
  assert.deepEqual(dits(ancienne), ['Le journal n’a jamais été vérifié.']);
});

test('a stage that failed in the night, and a node that is gone, come first', async () => {
  await database.pool.query(
    `insert into passage (etape, prevu_le, commence_le, fini_le, noeud, pid, issue, message, correlation)
     values ('extraction', $1, $1, $1, 'n1', 1, 'echec', 'Le disque est plein : libérez de la place là où sont les données du service.', gen_random_uuid())`,
    [new Date(now.getTime() - 3_600_000)],
  );
  await database.pool.query(
    `insert into noeud (nom, version, pid, demarre_le, vu_le, etat)
     values ('n1', '1', 1, $1, $1, '{"noeud":"n1","depuis":"","services":[],"etapes":[],"base":{}}')`,
    [new Date(now.getTime() - 3_600_000)],
  );
  const { stdout } = await runHere(config, ['status'], { now, columns: 80 });
  assert.match(stdout, /^! 2 points à voir/u);
  assert.ok(
    stdout.split('\n').every((line) => line.length <= 80),
    stdout,
  );
  // What fits in one line of the screen is not cut in two.
  assert.match(stdout, /^ {4}Le disque est plein : .* données du service\.$/mu);
  assert.match(stdout, /^! L’étape « extraction » .*échec\.\n +Le disque est plein/mu);
  assert.match(stdout, /^! Le nœud « n1 » ne donne plus signe de vie/mu);
  assert.match(stdout, /^Nœuds +! aucun présent/mu);
  assert.match(stdout, /^Cette nuit +! extraction 07:00 \(échec\)$/mu);
});

test('the base is gone: said with its remedy, and what the files tell', async () => {
  const gone = writeCommandSettings(tempFolder(), 'postgresql://a:b@127.0.0.1:1/x');
  const { status, stdout } = await runHere(gone, ['status'], { now });
  assert.equal(status, 1);
  assert.match(stdout, /^! La base de données ne répond pas/u);
  assert.match(stdout, /Rien\s+n'écoute\s+à\s+cette\s+adresse/u);
  assert.match(stdout, /^LDAP +· /mu);
});

test('colours: in a terminal, not where NO_COLOR asks, always where FORCE_COLOR does', () => {
  const paint = (isTTY: boolean, env: NodeJS.ProcessEnv): boolean =>
    peindreSur({ isTTY }, env)('mal', 'x') !== 'x';
  assert.deepEqual(
    [
      paint(true, {}),
      paint(false, {}),
      paint(true, { NO_COLOR: '1' }),
      paint(true, { NO_COLOR: '' }),
      paint(true, { TERM: 'dumb' }),
      paint(false, { FORCE_COLOR: '1' }),
      paint(true, { FORCE_COLOR: '0' }),
    ],
    [true, false, false, true, false, true, false],
  );
});

test('the last backup of the private base has its line; one that is missing or old is to be seen', () => {
  const faite = (heures: number): DerniereSauvegarde => ({
    finieLe: new Date(now.getTime() - heures * 3_600_000).toISOString(),
    octets: 5 * 1024 ** 2,
    fichier: '/sauvegardes/une',
  });
  const ligne = (derniere: DerniereSauvegarde | undefined): string => {
    const { estBon, texte } = rubriqueSauvegarde({ sauvegarde: { derniere } }, now) ?? {};
    return `${String(estBon)} ${texte ?? ''}`;
  };
  assert.match(ligne(faite(47)), /^true le 21\/11\/2026 .*, 5 Mio, pas encore vérifiée$/u);
  assert.match(
    ligne({ ...faite(1), verifieeLe: now.toISOString() }),
    /, vérifiée le 23\/11\/2026/u,
  );
  assert.match(ligne(faite(49)), /^false le 21\/11\/2026/u);
  assert.match(ligne(undefined), /^false jamais faite/u);
  // The opérateur's own server is saved by his own means.
  assert.equal(rubriqueSauvegarde({ sauvegarde: undefined }, now), undefined);
});
