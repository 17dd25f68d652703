// `simulate` as it is typed: what it refuses, in French, and `simulate publish`.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { runCli } from '../../src/cli.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';

const folder = tempFolder();
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  options('');
  writeFileSync(
    join(folder, 'Extraction_Correspondance_MSSante_202601010101.txt'),
    textOf(headers.bals, [bal('jean.dupont@x.mssante.fr'), bal('Marie.Durand@x.mssante.fr')]),
  );
});

after(() => database.drop());

function options(simulator: string): void {
  writeFileSync(
    join(folder, 'annuaire-sync.yaml'),
    `dataDir: ./var
database: { url: '${database.url}' }
operateur: { nom: Essai, domaines: [x.mssante.fr] }
sources: { bals: { from: ${folder} } }
simulateur: { port: 0${simulator} }
`,
  );
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [new Collected(), new Collected()];
  const { signal } = new AbortController();
  const now = (): Date => new Date('2026-01-03T10:00:30Z');
  const argv = ['node', 'annuaire-sync', '-c', join(folder, 'annuaire-sync.yaml'), ...args];
  const code = await runCli(argv, { out, err, env: {}, signal, now });
  return { code, out: out.text, err: err.text };
}

test('without an extraction it says what to do first', async () => {
  const { code, err } = await run(['simulate', 'publish', '--out', join(folder, 'vide')]);
  assert.equal(code, 1);
  assert.match(err, /Lancez d'abord « annuaire-sync extract »/u);
});

test('publish writes an extraction that loads and changes nothing', async () => {
  assert.equal((await run(['extract', 'bals'])).code, 0);
  const output = join(folder, 'parutions');
  const published = await run(['simulate', 'publish', '--out', output]);
  assert.equal(published.code, 0, published.err);
  assert.match(published.out, /SIMULATION : 2 lignes/u);
  assert.deepEqual(readdirSync(output), ['Extraction_Correspondance_MSSante_202601031100.zip']);
  const again = await run([
    '--json',
    'simulate',
    'publish',
    '--out',
    output,
    '--date',
    '2026-02-01T08:00Z',
  ]);
  assert.match(again.out, /Extraction_Correspondance_MSSante_202602010900\.zip/u);
  const loaded = await run(['--json', 'extract', 'bals', '--from', output]);
  const [{ load }] = JSON.parse(loaded.out) as [{ load: Record<string, unknown> }];
  assert.deepEqual([load['lineCount'], load['addedCount'], load['goneCount']], [2, 0, 0]);
});

const bad: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['simulate', 'feed', '--port', '70000'], /65535/u],
  [['simulate', 'feed', '--dialecte', 'r5'], /Dialectes/u],
  [['simulate', 'feed', '--fautes', '429=0.9,500=0.9'], /1 au plus/u],
  [['simulate', 'publish'], /--out/u],
  [['simulate', 'publish', '--out', 'x', '--date', 'hier'], /AAAA-MM-JJ/u],
  [
    ['simulate', 'publish', '--out', join(folder, 'y'), '--date', '2020-01-01'],
    /ne peut pas dater/u,
  ],
];
for (const [args, message] of bad) {
  test(`refused: ${args.slice(1).join(' ')}`, async () => {
    const { code, err } = await run(args);
    assert.equal(code, 2, err);
    assert.match(err, message);
  });
}

const faults: readonly (readonly [section: string, fault: RegExp])[] = [
  [', adresse: 192.0.2.1', /simulateur\.adresse .* clairHorsBoucle/u],
  [', fautes: "429=3"', /simulateur\.fautes : 429/u],
  [", cleApi: ''", /simulateur\.cleApi : une clé est nécessaire/u],
];
for (const [section, fault] of faults) {
  test(`refused in the settings${section}`, async () => {
    options(section);
    const { code, err } = await run(['simulate', 'feed']);
    assert.equal(code, 2);
    assert.match(err, fault);
  });
}
