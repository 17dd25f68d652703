import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool } from '../../src/db/pool.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { emptyTables } from '../support/empty-tables.js';

let database: TestDatabase;
let pool: Pool;
let folder: string;

before(async () => {
  database = await testDatabase();
  pool = database.pool;
});

after(async () => {
  await database.drop();
});

beforeEach(async () => {
  await emptyTables(pool, [
    'bal_annuaire',
    'source_load',
    'source_run',
    'source_change',
    'source_reject',
  ]);
  folder = tempFolder();
});

function writeBals(version: string, count: number, suffix = ''): void {
  const rows = Array.from({ length: count }, (_, index) => bal(`n${index}${suffix}@x.mssante.fr`));
  writeFileSync(
    join(folder, `Extraction_Correspondance_MSSante_${version}.txt`),
    textOf(headers.bals, rows),
  );
}

function start(...args: readonly string[]): ChildProcess {
  const config = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    `database: { url: '${database.url}' }
operateur: { nom: Essai, domaines: [x.mssante.fr] }
sources: { bals: { from: ${folder} } }
`,
  );
  return spawn(
    process.execPath,
    [
      '--enable-source-maps',
      'dist/src/main.js',
      '--config',
      config,
      '--json',
      'extract',
      'bals',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

type Finished = {
  readonly code: number | null;
  readonly results: { kind: string; code?: string; message?: string }[];
};

async function finished(child: ChildProcess): Promise<Finished> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, results: text === '' ? [] : (JSON.parse(text) as Finished['results']) };
}

async function scalar(sql: string): Promise<unknown> {
  const { rows } = await pool.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows[0]?.[0];
}

/** Waits, as short as can be, until the database shows that the child got somewhere; it ends when the child does. */
async function until(child: ChildProcess, sql: string): Promise<void> {
  while (child.exitCode === null) {
    if ((await scalar(sql)) === true) return;
    await nextTurn();
  }
  throw new Error('the program ended before it could be seen at work');
}

const inService = `select count(*)::integer from bal_annuaire where gone_load_id is null`;
const outcomes = `select string_agg(outcome, ',' order by id) from source_run`;

test('the same version again is skipped quietly, and a newer one of the folder is taken', async () => {
  writeBals('202601010000', 20);
  assert.deepEqual((await finished(start())).results[0]?.kind, 'loaded');
  const again = await finished(start());
  assert.deepEqual([again.code, again.results[0]?.kind], [0, 'unchanged']);
  writeBals('202601020000', 21);
  assert.deepEqual((await finished(start())).results[0]?.kind, 'loaded');
  assert.equal(await scalar(outcomes), 'loaded,unchanged,loaded');
  assert.equal(await scalar(inService), 21);
});

test('a refused version exits with 3, says why and leaves its trace', async () => {
  writeBals('202601010000', 100);
  await finished(start());
  writeBals('202601020000', 50);
  const refused = await finished(start());
  assert.equal(refused.code, 3);
  assert.equal(refused.results[0]?.code, 'RETRECISSEMENT');
  assert.equal(
    await scalar(`select code from source_run order by id desc limit 1`),
    'RETRECISSEMENT',
  );
  const accepted = await finished(start('--accept'));
  assert.equal(accepted.code, 0);
  assert.match(
    String(await scalar(`select accepted_guards[1] from source_run order by id desc limit 1`)),
    /^RETRECISSEMENT \(.+\)$/u,
  );
});

/** Whether a copy of this test's own database, of all those of the server, is that far. */
const isCopying = (linesMin: number): string =>
  `select exists (select from pg_stat_progress_copy
   where datname = current_database() and tuples_processed > ${String(linesMin)})`;

const moments: readonly [string, string][] = [
  ['as soon as it has begun', `select exists (select from source_run where outcome = 'running')`],
  ['while it copies', isCopying(1000)],
  ['late in its copy', isCopying(50_000)],
];

for (const [name, condition] of moments) {
  for (const isFirst of [true, false]) {
    test(`killed -9 ${name} of a ${isFirst ? 'first' : 'next'} load, the last good state stays and the next run does the job`, async () => {
      if (!isFirst) {
        writeBals('202601010000', 60_000);
        await finished(start());
      }
      // Every line is new: the next load too has much to copy.
      writeBals('202601020000', 90_000, 'z');
      const child = start('--accept');
      const end = finished(child);
      await until(child, condition);
      child.kill('SIGKILL');
      await end;
      assert.equal(await scalar(inService), isFirst ? 0 : 60_000);

      const next = await finished(start('--accept'));
      assert.deepEqual([next.code, next.results[0]?.kind], [0, 'loaded']);
      assert.equal(await scalar(inService), 90_000);
      assert.match(String(await scalar(outcomes)), /interrupted,loaded$/u);
    });
  }
}

test('of two programs that load the same source at once, one says that the other is at it, and the result is right', async () => {
  writeBals('202601020000', 60_000);
  const both = await Promise.all([finished(start()), finished(start())]);
  const kinds = both.map(({ results }) => results[0]?.code ?? results[0]?.kind).sort();
  // The slower may come when all is done, and finds nothing to do.
  assert.ok(
    [
      ['SOURCE_OCCUPEE', 'loaded'],
      ['loaded', 'unchanged'],
    ].some((pair) => pair.join() === kinds.join()),
    kinds.join(),
  );
  assert.equal(await scalar(inService), 60_000);
  assert.equal(await scalar(`select count(*)::integer from source_load`), 1);
});

test('a clean stop on SIGTERM rolls back, says so, and leaves the trace of an interruption', async () => {
  writeBals('202601020000', 90_000);
  const child = start();
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const end = finished(child);
  await until(child, moments[1]?.[1] ?? '');
  child.kill('SIGTERM');
  assert.equal((await end).code, 1);
  assert.equal(await scalar(inService), 0);
  assert.equal(await scalar(outcomes), 'interrupted');
});

test('a refused download does not stay on the disk: the next attempt downloads again', async () => {
  writeBals('202601010000', 100);
  await finished(start());
  const file = 'Extraction_Correspondance_MSSante_202601020000.txt';
  const body = textOf(headers.bals, [bal('seule@x.mssante.fr')]);
  const server = createServer((_request, response) => {
    response.setHeader('content-disposition', `attachment; filename=${file}`);
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const refused = await finished(start('--from', `http://127.0.0.1:${port}/bals`));
    assert.deepEqual([refused.code, refused.results[0]?.code], [3, 'RETRECISSEMENT']);
    assert.deepEqual(readdirSync(join(folder, 'var', 'tmp')), []);
  } finally {
    server.close();
  }
});
