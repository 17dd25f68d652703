import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Writable } from 'node:stream';
import { runCli } from '../../src/cli.js';
import { enfiler } from '../support/feed-queue.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { emptyTables } from '../support/empty-tables.js';

let database: TestDatabase;
let folder: string;

before(async () => {
  database = await testDatabase();
});

after(async () => {
  await database.drop();
});

beforeEach(async () => {
  await emptyTables(database.pool, [
    'bal_annuaire',
    'source_load',
    'source_run',
    'source_change',
    'source_reject',
  ]);
  folder = tempFolder();
  writeFileSync(
    join(folder, 'annuaire-sync.yaml'),
    `database: { url: '${database.url}' }
operateur: { nom: Essai, domaines: [x.mssante.fr] }
sources: { bals: { from: ${folder} } }
`,
  );
});

type Ran = { readonly code: number; readonly out: string; readonly err: string };

async function run(args: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  const [out, err] = [new Collected(), new Collected()];
  const code = await runCli(
    ['node', 'annuaire-sync', '-c', join(folder, 'annuaire-sync.yaml'), ...args],
    { out, err, env: {}, signal, now: () => new Date('2026-01-03T10:00:00Z') },
  );
  return { code, out: out.text, err: err.text };
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function writeBals(version: string, count: number): void {
  const rows = Array.from({ length: count }, (_, index) => bal(`n${index}@x.mssante.fr`));
  writeFileSync(
    join(folder, `Extraction_Correspondance_MSSante_${version}.txt`),
    textOf(headers.bals, rows),
  );
}

test('a reader who leaves before the end of the report is no failure', async () => {
  const out = new Writable({
    write: (_chunk, _encoding, done) => {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const err = new Collected();
  const code = await runCli(
    ['node', 'annuaire-sync', '-c', join(folder, 'annuaire-sync.yaml'), 'report'],
    { out, err, env: {}, signal: new AbortController().signal, now: () => new Date() },
  );
  assert.deepEqual([code, err.text], [0, '']);
});

test('a report that cannot be written is said with what to do, and leaves the one of before', async () => {
  const { code, err } = await run(['report', '--out', join(folder, 'absent', 'x.csv')]);
  assert.equal(code, 1);
  assert.match(err, /x\.csv : le rapport n'a pas pu être écrit\. .*n'existe pas.*Vérifiez/u);

  const path = join(folder, 'rapport.csv');
  writeFileSync(path, 'hier');
  await database.pool.query('alter table constat rename to constat_ailleurs');
  try {
    assert.equal((await run(['report', '--format', 'csv', '--out', path])).code, 1);
  } finally {
    await database.pool.query('alter table constat_ailleurs rename to constat');
  }
  assert.equal(readFileSync(path, 'utf8'), 'hier');
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('.part')),
    [],
  );
  assert.equal((await run(['report', '--format', 'csv', '--out', path])).code, 0);
  assert.match(readFileSync(path, 'utf8'), /^\ufeffgroupe;/u);
});

test('a day that the calendar does not have is refused', async () => {
  const { code, err } = await run(['report', '--since', '2026-02-31']);
  assert.equal(code, 2);
  assert.match(err, /AAAA-MM-JJ/u);
});

test('status gives the reasons of a refusal and what to do', async () => {
  writeBals('202601010000', 100);
  assert.equal((await run(['extract', 'bals'])).code, 0);
  writeBals('202601020000', 50);
  assert.equal((await run(['extract', 'bals'])).code, 3);
  const { out } = await run(['status', '--detail']);
  assert.match(out, /50 lignes, contre 100 en service .*« extract bals --accept »/u);
});

test('an empty file is refused as the other guards refuse, and tells what to do', async () => {
  writeFileSync(join(folder, 'Extraction_Correspondance_MSSante_202601010000.txt'), '');
  const { code, out } = await run(['extract', 'bals']);
  assert.equal(code, 3);
  assert.match(out, /est vide .*Déposez-le de nouveau/u);
});

test('the first rejected line of a load is told, with its line and what is wrong', async () => {
  const text = textOf(headers.bals, [
    ...Array.from({ length: 200 }, (_, index) => bal(`n${index}@x.mssante.fr`)),
    bal('pas une\u001b[2J adresse'),
  ]);
  writeFileSync(join(folder, 'Extraction_Correspondance_MSSante_202601010000.txt'), text);
  assert.equal((await run(['extract', 'bals'])).code, 0);
  const { out } = await run(['status', '--detail']);
  assert.match(
    out,
    /Premier rejet : .*, ligne 202, colonne « Adresse BAL » : « pas une\ufffd?[^»]* adresse »/u,
  );
  assert.ok(!out.includes('\u001b'), 'what a file says does not drive the terminal');
});

test('status shows an attempt that has not ended: under way, or killed', async () => {
  await database.pool.query(
    `insert into source_run (source, started_at) values ('bals', '2026-01-02T03:00:00Z')`,
  );
  const { out } = await run(['status', '--detail']);
  assert.match(out, /tentative commencée le 02\/01\/2026 04:00, pas terminée/u);
});

test('status tells of the feed: the plan, the queue, what is stuck, a channel that is stopped or paused', async () => {
  await emptyTables(database.pool, ['plan', 'feed_operation', 'reconcile_run']);
  assert.doesNotMatch((await run(['status', '--detail'])).out, /alimentation|plan n°/u);
  const a = 'a@x.mssante.fr';
  await enfiler(database.pool, [
    { adresse: a },
    { adresse: a, state: 'planned' },
    { adresse: a, state: 'dead' },
  ]);
  await database.pool.query(
    `update feed_channel set stopped_at = now(), stop_code = 'ACCES_REFUSE', stop_message = 'Vérifiez.',
       paused_until = now() + interval '1000 days', pause_reason = 'Panne.'`,
  );
  const { out } = await run(['status', '--detail']);
  assert.match(out, /✓ plan n° 1 : 1 opérations à décider/u);
  assert.match(out, /! alimentation : 1 à décider, 1 approuvées, 1 refusées/u);
  assert.match(out, /la plus ancienne approuvée attend depuis le 20\/11\/2026/u);
  assert.match(out, /! canal arrêté le .* \(ACCES_REFUSE\) : Vérifiez\./u);
  assert.match(out, /! canal en pause jusqu’au .* : Panne\./u);
  const json = JSON.parse((await run(['--json', 'status'])).out) as {
    alimentation: { plan: object; operations: object[]; canal: { arret: { code: string } } };
  };
  assert.equal(json.alimentation.operations.length, 3);
  assert.equal(json.alimentation.canal.arret.code, 'ACCES_REFUSE');
});

test('what an interruption leaves undone is told source by source, and is no success', async () => {
  const interruption = new AbortController();
  interruption.abort();
  const { code, out } = await run(['--json', 'extract'], interruption.signal);
  assert.equal(code, 1);
  const results = JSON.parse(out) as { source: string; code: string }[];
  assert.deepEqual(
    results.map((result) => `${result.source} ${result.code}`),
    ['liste-blanche', 'finess', 'professionnels', 'bals'].map((source) => `${source} INTERROMPU`),
  );
});
