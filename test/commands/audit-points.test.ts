// Signed checkpoints as they are made, kept, checked, and refused.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { runCli } from '../../src/cli.js';
import { texteDuPoint, type PointSigne } from '../../src/audit/point-signe.js';
import { recordTrace } from '../../src/store/journal.js';
import { writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let db: TestDatabase;
const folder = tempFolder();
const [cle, points] = [join(folder, 'points.key'), join(folder, 'points.jsonl')];
let config = '';

before(async () => {
  db = await testDatabase();
  config = writeCommandSettings(folder, db.url);
});
after(() => db.drop());

async function run(...args: readonly string[]): Promise<{ status: number; text: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const chunks: Buffer[] = [];
  for (const stream of [out, err]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    ...{ out, err, env: {}, signal: new AbortController().signal, now: () => new Date() },
  });
  return { status, text: Buffer.concat(chunks).toString('utf8') };
}

async function traceUne(): Promise<void> {
  const auteur = { genre: 'personne', id: 'x' } as const;
  await recordTrace(
    db.pool,
    { action: 'export', issue: 'reussite', auteur, objets: [] },
    new Date(),
  );
}

test('without a key nothing is signed; a key is made once, for this account alone', async () => {
  const sans = await run('audit', 'checkpoint', '--signe');
  assert.equal(sans.status, 2);
  assert.match(sans.text, /audit key FICHIER/u);
  assert.equal((await run('audit', 'key', cle)).status, 0);
  assert.equal(statSync(cle).mode & 0o777, 0o600);
  const encore = await run('audit', 'key', cle);
  assert.match(encore.text, /existe déjà/u);
  const journal = `journal: { cleDesPoints: { fichier: '${cle}' }, points: ${join(folder, 'gardes.jsonl')} }\n`;
  writeFileSync(config, journal, { flag: 'a' });
});

test('signed points are kept in a file, checked with the public key, by other tools too', async () => {
  for (let n = 0; n < 2; n += 1) {
    await traceUne();
    const made = await run('audit', 'checkpoint', '--signe', '--out', points);
    assert.equal(made.status, 0, made.text);
  }
  const lines = readFileSync(points, 'utf8').trim().split('\n');
  assert.equal(lines.length, 2);
  const point = JSON.parse(lines[0] ?? '') as PointSigne;
  const publique = createPublicKey(readFileSync(`${cle}.pub`));
  const signature = Buffer.from(point.signature, 'base64');
  assert.ok(verify(null, Buffer.from(texteDuPoint(point)), publique, signature));
  await traceUne();
  const found = await run('audit', 'verify', '--depuis', points, '--cle', `${cle}.pub`);
  assert.equal(found.status, 0, found.text);
});

test('a point that cannot be written whole leaves the file as it was, and one without its end is ended', async (t) => {
  const avant = readFileSync(points, 'utf8');
  const handle = await open(points);
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const full = t.mock.method(prototype, 'sync', () => Promise.reject(new Error('disque plein')));
  const refused = await run('audit', 'checkpoint', '--signe', '--out', points);
  assert.equal(refused.status, 1);
  assert.match(refused.text, /disque plein/u);
  assert.equal(readFileSync(points, 'utf8'), avant);
  full.mock.restore();
  writeFileSync(points, avant.trimEnd());
  assert.equal((await run('audit', 'checkpoint', '--signe', '--out', points)).status, 0);
  const found = await run('audit', 'verify', '--depuis', points, '--cle', `${cle}.pub`);
  assert.equal(found.status, 0, found.text);
});

test('each purge adds a signed point where the settings say', async () => {
  const done = await run('purge', '--categorie', 'fichiers');
  assert.equal(done.status, 0, done.text);
  const gardes = join(folder, 'gardes.jsonl');
  const found = await run('audit', 'verify', '--depuis', gardes, '--cle', `${cle}.pub`);
  assert.equal(found.status, 0, found.text);
});

test('a point that was changed, or signed by another key, is refused; a true one finds the trail rewritten', async () => {
  const text = readFileSync(points, 'utf8');
  const faux = join(folder, 'faux.jsonl');
  writeFileSync(
    faux,
    text.replace(/"empreinte":"./u, (found) =>
      found.endsWith('0') ? found.slice(0, -1) + '1' : found.slice(0, -1) + '0',
    ),
  );
  const change = await run('audit', 'verify', '--depuis', faux, '--cle', `${cle}.pub`);
  assert.equal(change.status, 1);
  assert.match(change.text, /ligne 1 : la signature du point 1 n’est pas celle de cette clé/u);
  const autre = join(folder, 'autre.key');
  await run('audit', 'key', autre);
  assert.equal(
    (await run('audit', 'verify', '--depuis', points, '--cle', `${autre}.pub`)).status,
    1,
  );
  for (const [args, message] of [
    [['--depuis', points], /vont ensemble/u],
    [['--depuis', config, '--cle', `${cle}.pub`], /ce n’est pas un point signé/u],
    [['--depuis', points, '--cle', config], /pas une clé publique/u],
    [['--depuis', join(folder, 'absent'), '--cle', `${cle}.pub`], /illisible/u],
  ] as const) {
    const refused = await run('audit', 'verify', ...args);
    assert.equal(refused.status, 2);
    assert.match(refused.text, message);
  }
  await db.pool.query(
    `alter table trace disable trigger all; alter table trace_tete disable trigger all`,
  );
  await db.pool.query(`delete from trace where sequence > 1; update trace_tete set sequence = 1,
    empreinte = (select empreinte from trace where sequence = 1)`);
  const coupe = await run('audit', 'verify', '--depuis', points, '--cle', `${cle}.pub`);
  assert.equal(coupe.status, 1);
  assert.match(coupe.text, /Le point de contrôle connaît une trace/u);
});
