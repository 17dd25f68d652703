// annuaire-sync export: what is written, and what is not when it cannot be whole.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { load, vider } from '../support/annuaire.js';
import {
  runCommand,
  runHere,
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

function run(...args: string[]): Promise<CommandResult> {
  return runHere(config, args);
}

test('without an extraction there is nothing to export, and the file of yesterday stays', async () => {
  await vider(database.pool);
  const out = join(folder, 'bal.ldif');
  writeFileSync(out, 'hier');
  const { status, stdout, stderr } = await run('export', 'ldif', '--out', out);
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /Lancez d'abord « annuaire-sync extract bals »/);
  assert.equal(readFileSync(out, 'utf8'), 'hier');
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  );
});

test('the tree is written with its base, without the liste rouge, and what is left out is counted', async () => {
  await vider(database.pool);
  await load(database.pool, {
    bals: [
      {
        adresse: 'Anne@chu-exemple.mssante.fr',
        nom: 'EXEMPLE',
        prenom: 'Anne',
        rpps: '10000000001',
      },
      { adresse: 'hélène@chu-exemple.mssante.fr', nom: 'EXEMPLE' },
      { adresse: 'rouge@chu-exemple.mssante.fr', nom: 'ROUGE' },
    ],
    inventaire: [{ adresse: 'rouge@chu-exemple.mssante.fr', listeRouge: true }],
  });
  const out = join(folder, 'tout.ldif');
  const { status, stdout, stderr } = await run('export', 'ldif', '--out', out);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /✓ 1 BAL écrites dans .*tout\.ldif ; 1 adresses écartées/);
  const text = readFileSync(out, 'utf8');
  assert.match(text, /^dn: ou=bal,o=mssante,c=fr\n/);
  assert.deepEqual(text.match(/^dn: .*/gm), [
    'dn: ou=bal,o=mssante,c=fr',
    'dn: mail=Anne@chu-exemple.mssante.fr,ou=bal,o=mssante,c=fr',
  ]);
  assert.doesNotMatch(text, /rouge/i);
  assert.equal((await run('export', 'ldif')).stdout, text);
});

test('the CSV is for a spreadsheet: nothing is computed, no zero is lost', async () => {
  await vider(database.pool);
  await load(database.pool, {
    bals: [
      {
        adresse: 'a@chu-exemple.mssante.fr',
        type: 'ORG',
        service: '=1+1;"x"',
        structure: '1010000001',
      },
      { adresse: 'b@chu-exemple.mssante.fr', type: 'ORG', service: 'Jour' },
      { adresse: 'b@chu-exemple.mssante.fr', type: 'ORG', service: 'Nuit' },
    ],
  });
  const { status, stdout } = await run('export', 'csv');
  assert.equal(status, 0);
  const [header = '', row = '', two = '', ...rest] = stdout.split('\r\n');
  assert.deepEqual(rest, ['']);
  assert.equal(header.charCodeAt(0), 0xfeff);
  const names = header.slice(1).split(';');
  assert.deepEqual(names.slice(0, 3), ['mail', 'cn', 'sn']);
  assert.ok(row.includes(`;'010000001;`), row);
  assert.ok(row.includes(`"'=1+1;""x"""`), row);
  assert.match(two, /;(?:Jour \| Nuit|Nuit \| Jour);/);
});

test('--json says what was written', async () => {
  await vider(database.pool);
  await load(database.pool, { bals: [{ adresse: 'a@chu-exemple.mssante.fr' }] });
  const out = join(folder, 'a.csv');
  const { stdout } = await run('--json', 'export', 'csv', '--out', out);
  const said: unknown = JSON.parse(stdout);
  assert.ok(typeof said === 'object' && said !== null && 'extraction' in said);
  assert.deepEqual(
    { ...said, extraction: undefined },
    { fichier: out, entrees: 1, ecartees: 0, extraction: undefined },
  );
});

test('the schema is printed without a database', async () => {
  const alone = join(folder, 'sans-base.yaml');
  writeFileSync(alone, `database: { url: 'postgres://127.0.0.1:1/absente' }\n`);
  const schema = (...form: string[]): string =>
    runCommand(alone, ['export', 'ldif', '--schema', ...form]).stdout;
  assert.match(schema(), /^objectclass \( 2\.25\.\d+\.2\.1 NAME 'boiteLettreMss'/m);
  assert.match(schema('config'), /^dn: cn=annuaire-sync,cn=schema,cn=config\n/);
  assert.equal((await run('export', 'ldif', '--schema', 'autre')).status, 2);
});

test('a file that cannot be written is told in French', async () => {
  await vider(database.pool);
  await load(database.pool, { bals: [{ adresse: 'a@chu-exemple.mssante.fr' }] });
  const { status, stderr } = await run('export', 'csv', '--out', join(folder, 'absent', 'a.csv'));
  assert.equal(status, 1);
  assert.match(stderr, /l'export n'a pas pu être écrit\./);
  assert.doesNotMatch(stderr, /^\s+at /m);
});
