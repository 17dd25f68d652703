// `verify`, `api-key` and `web` as they are run.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load } from '../support/annuaire.js';
import { etatCreation, rppsConnu } from '../support/creation.js';
import { runHere, type CommandResult } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const config = join(tempFolder(), 'annuaire-sync.yaml');
let db: TestDatabase;

before(async () => {
  db = await testDatabase();
  await load(db.pool, etatCreation);
  writeFileSync(
    config,
    `database: { url: '${db.url}' }
operateur: { nom: Exemple, domaines: [chu.mssante.fr] }
web: { port: 0 }
`,
  );
});
after(() => db.drop());

function run(...args: string[]): Promise<CommandResult> {
  return runHere(config, args);
}

const bonne = ['anne@chu.mssante.fr', '--type', 'PER', '--identifiant', rppsConnu];

test('verify answers by its exit code, and in French', async () => {
  const allowed = await run('verify', 'creation', ...bonne, '--structure', '750000028');
  assert.deepEqual([allowed.status, allowed.stdout, allowed.stderr], [0, '✓ Autorisé\n', '']);
  const refused = await run(
    'verify',
    'creation',
    'prise@chu.mssante.fr',
    '--type',
    'PER',
    '--type-identifiant',
    '10',
  );
  assert.equal(refused.status, 3);
  assert.match(
    refused.stdout,
    /^✗ Refusé\n {2}✗ PER_TYPE_10 : .* \[EX_GBM_4312\]\n {2}✗ ADRESSE_PRISE : /u,
  );
  const forwarding = await run(
    'verify',
    'forwarding',
    'rouge@chu.mssante.fr',
    'ailleurs@autre.mssante.fr',
  );
  assert.equal(forwarding.status, 0);
  assert.equal((await run('verify', 'forwarding', 'rouge@chu.mssante.fr', 'x@y.fr')).status, 3);
});

test('verify gives the answer of the API with --json, and 2 to a wrong command line', async () => {
  const { status, stdout } = await run(
    '--json',
    'verify',
    'creation',
    ...bonne,
    '--structure',
    '1',
  );
  assert.equal(status, 3);
  const verdict = JSON.parse(stdout) as { autorise: boolean; motifs: { code: string }[] };
  assert.deepEqual([verdict.autorise, verdict.motifs[0]?.code], [false, 'STRUCTURE_MAL_FORMEE']);
  assert.equal((await run('verify', 'creation', 'a@chu.mssante.fr')).status, 2);
  assert.equal((await run('verify', 'forwarding', 'a@chu.mssante.fr')).status, 2);
});

test('a key is shown once, kept as a hash, listed and revoked', async () => {
  const created = await run(
    '--json',
    'api-key',
    'create',
    'Plateforme',
    '--portees',
    'verification,lecture',
    '--jours',
    '30',
  );
  assert.equal(created.status, 0, created.stderr);
  const { cle } = JSON.parse(created.stdout) as { cle: string };
  assert.match(cle, /^ass1_[A-Za-z0-9_-]{43}$/u);
  const { rows } = await db.pool.query<{ texte: string }>('select k::text as texte from api_key k');
  assert.equal(rows.length, 1);
  assert.ok(!rows[0]?.texte.includes(cle));
  assert.equal((await run('api-key', 'create', 'plateforme')).status, 1, 'the name is taken');
  assert.match(
    (await run('api-key', 'list')).stdout,
    /Plateforme \(verification, lecture\) : en vigueur jusqu’au .*, jamais employée/u,
  );
  assert.equal((await run('api-key', 'revoke', 'PLATEFORME')).status, 0);
  assert.equal(
    (await run('api-key', 'revoke', 'plateforme')).status,
    1,
    'it is no longer in force',
  );
  assert.match((await run('api-key', 'list')).stdout, /révoquée le/u);
  for (const args of [['x', '--portees', 'tout'], ['x', '--jours', '0'], ['12'], ['  ']]) {
    assert.equal((await run('api-key', 'create', ...args)).status, 2, args.join(' '));
  }
});

test('web serves until SIGTERM, then stops by itself', async () => {
  const created = await run('--json', 'api-key', 'create', 'web');
  const { cle } = JSON.parse(created.stdout) as { cle: string };
  const child = spawn(process.execPath, [main, '-c', config, '--json', 'web'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const url =
    /http:\/\/127\.0\.0\.1:\d+/u.exec((JSON.parse(line) as { message: string }).message)?.[0] ?? '';
  const response = await fetch(`${url}/api/v1/bals/verifier-creation`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cle}`, 'content-type': 'application/json' },
    body: JSON.stringify({ adresse: bonne[0], typeBal: 'PER', identifiantPp: rppsConnu }),
  });
  assert.equal(response.status, 200);
  assert.equal(((await response.json()) as { autorise: boolean }).autorise, true);
  child.kill('SIGTERM');
  const [status] = (await once(child, 'close')) as [number | null];
  assert.equal(status, 0);
});
