// The program as it is run: what it says and answers when its surroundings fail it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { exitCodeOf, extractSources } from '../../src/commands/extract.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { silentProgress } from '../../src/progress.js';
import {
  mainProgram,
  runCommand,
  writeCommandSettings,
  type CommandResult,
} from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const folder = tempFolder();
let config = '';
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  config = writeCommandSettings(folder, database.url);
});

after(() => database.drop());

function run(...args: string[]): CommandResult {
  return runCommand(config, args);
}

test('a fault of the machine is told in French, with a remedy and without a stack', () => {
  const file = join(folder, 'fichier');
  writeFileSync(file, '');
  mkdirSync(join(folder, 'dossier'));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['sample', '--out', join(file, 'dessous')], /fichier\/dessous : ce chemin n'existe pas/],
    [['sample', '--out', file], /fichier : ce chemin n'existe pas ou n'est pas un dossier/],
    [['report', '--out', join(folder, 'dossier')], /le rapport n'a pas pu être écrit\./],
    [['report', '--out', join(folder, 'absent', 'rapport')], /n'a pas pu être écrit\./],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = run(...args);
    assert.equal(status, 1, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test('a wrong command line is answered with 2, and in JSON when asked', () => {
  const cases: readonly (readonly string[])[] = [
    ['exctract'],
    ['report', '--since', '2026-02-30'],
    ['extract', 'bals', '--from', ''],
    ['extract', 'bals', '--from', 'ftp://exemple.fr/fichier.zip'],
  ];
  for (const args of cases) {
    const { status, stdout, stderr } = run('--json', ...args);
    assert.equal(status, 2, stderr);
    const { erreur } = JSON.parse(stdout) as { erreur: { message: string } };
    assert.doesNotMatch(erreur.message, /^error:/);
  }
});

const misuses: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [
    ['inventory', 'accept', 'abc'],
    /^Argument numéro : valeur « abc » refusée\..*\nAide : annuaire-sync inventory accept --help$/u,
  ],
  [['plan', 'show', '--x'], /^Option inconnue : --x\nAide : annuaire-sync plan show --help$/u],
  [['pln'], /^Commande inconnue : pln\n.*plan.*\nAide : annuaire-sync --help$/u],
];
for (const [args, said] of misuses) {
  test(`${args.join(' ')}: in French, with where the help is`, () => {
    const { status, stderr } = run(...args);
    assert.equal(status, 2);
    assert.match(stderr.trim(), said);
  });
}

test('a source left out by an early stop is told, and is a failure', async () => {
  const stop = new AbortController();
  stop.abort();
  const settings = loadSettings(config);
  const pool = database.pool;
  const results = await extractSources(
    { settings, pool, progress: silentProgress, engineDescription: '', isJson: true },
    {
      out: process.stdout,
      err: process.stderr,
      env: {},
      signal: stop.signal,
      now: () => new Date(),
    },
    { sources: ['bals', 'finess'], from: undefined, isAccepted: false },
  );
  assert.deepEqual(
    results.map((result) => [result.source, 'error' in result]),
    [
      ['bals', true],
      ['finess', true],
    ],
  );
  assert.equal(exitCodeOf(results), 1);
});

test('whoever stops reading the result ends nothing and hears nothing', async () => {
  for (const args of [['config', 'init'], ['status'], ['report'], ['report', '--format', 'json']]) {
    const child = spawn(process.execPath, [mainProgram, '-c', config, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [[status], stderr] = await Promise.all([
      once(child, 'close') as Promise<[number | null]>,
      child.stderr.toArray(),
    ]);
    assert.deepEqual([status, Buffer.concat(stderr as Buffer[]).toString('utf8')], [0, '']);
  }
});

test(
  'a result that a full disk cut short is a failure',
  { skip: process.platform !== 'linux' },
  () => {
    for (const args of [['config', 'init'], ['status'], ['report']]) {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = runCommand(config, args, full);
      closeSync(full);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^Le résultat n'a pas pu être écrit entièrement : ENOSPC/);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  },
);
