import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runHere, type CommandResult } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let folder: string;
before(async () => {
  database = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'inventory-sources-'));
});
after(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

function settings(inventaire: string): string {
  const config = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    `database: { url: '${database.url}' }
operateur: { nom: Exemple, domaines: [un.mssante.fr, deux.mssante.fr] }
inventaire:
${inventaire}`,
  );
  return config;
}

function csv(name: string, ...lines: string[]): void {
  writeFileSync(join(folder, name), ['adresse;typeBal', ...lines, ''].join('\n'));
}

const deuxSources = `  sources:
    - { nom: un, type: csv, fichier: un.csv, domaines: [un.mssante.fr] }
    - { nom: deux, type: csv, fichier: deux.csv, domaines: [deux.mssante.fr] }
`;

describe('inventory sync', () => {
  it('goes on after a source that fails, says why, and what the settings no longer know', async () => {
    csv('un.csv', 'a@un.mssante.fr;ORG', 'b@un.mssante.fr;ORG');
    csv('deux.csv', 'a@deux.mssante.fr;ORG', 'a@un.mssante.fr;ORG');
    const config = settings(deuxSources);
    const run = (...args: string[]): Promise<CommandResult> => runHere(config, args);
    const first = await run('inventory', 'sync');
    assert.equal(first.status, 3, first.stderr);
    assert.match(
      first.stdout,
      /✓ Inventaire « un » : 2 BAL en service\n[^]*\n✗ Inventaire « deux » :/u,
    );
    assert.match(first.stdout, /un\.mssante\.fr appartient à la source « un »/u);
    const plan = await run('plan');
    assert.equal(plan.status, 3);
    csv('deux.csv', 'a@deux.mssante.fr;ORG');
    assert.equal((await run('inventory', 'sync', 'deux')).status, 0);
    const status = (await run('status', '--detail')).stdout;
    assert.match(status, /inventaire « un » : importé.*\n[^]*inventaire « deux » : importé/u);
    assert.equal((await run('inventory', 'drop', 'deux', '--accept')).status, 2, 'it is declared');
    settings(deuxSources.replace('nom: deux', 'nom: neuf'));
    const renamed = await run('inventory', 'sync', '--json');
    assert.equal(renamed.status, 3);
    const document = JSON.parse(renamed.stdout) as { sources: object[]; orphelines: string[] };
    assert.deepEqual(document.orphelines, ['deux']);
    assert.match(
      (await run('status', '--detail')).stdout,
      /« deux » : absent des réglages, 1 BAL[^]*inventory drop deux/u,
    );
    assert.match(
      (await run('inventory', 'transfer', 'deux', 'neuf')).stdout,
      /1 BAL .*« deux » à « neuf »/u,
    );
    assert.match((await run('inventory', 'sync')).stdout, /« neuf » inchangé/u);
    settings(deuxSources.split('\n').slice(0, 2).join('\n'));
    assert.equal((await run('inventory', 'drop', 'neuf')).status, 3);
    assert.equal((await run('inventory', 'drop', 'neuf', '--accept')).status, 0);
    assert.doesNotMatch((await run('status', '--detail')).stdout, /neuf/u);
  });

  it('a file needs the name of its source when there are several', async () => {
    const config = settings(deuxSources);
    const { status, stderr } = await runHere(config, [
      'inventory',
      'import',
      join(folder, 'un.csv'),
    ]);
    assert.equal(status, 2);
    assert.match(stderr, /--source un \| deux/u);
  });
});

const faults: [name: string, inventaire: string, message: RegExp][] = [
  [
    'a domain of two sources',
    deuxSources.replace('[deux.', '[un.mssante.fr, deux.'),
    /inventaire\.sources\.1\.domaines : un\.mssante\.fr appartient déjà à la source « un »/u,
  ],
  [
    'two sources of one name',
    deuxSources.replace('nom: deux', 'nom: un'),
    /inventaire\.sources\.1\.nom : « un » nomme déjà/u,
  ],
  [
    'no domains beside the file of the settings',
    '  fichier: a.csv\n  sources: [{ nom: un, type: http }]\n',
    /inventaire\.sources\.0\.domaines : nécessaire/u,
  ],
  [
    'a name that is taken',
    '  sources: [{ nom: fichier, type: http }]\n',
    /« fichier » est le nom/u,
  ],
  [
    'a name of another shape',
    '  sources: [{ nom: Un, type: http }]\n',
    /sources\.0\.nom : nom attendu/u,
  ],
];
for (const [name, inventaire, message] of faults) {
  it(`config check refuses ${name}`, async () => {
    const { status, stderr } = await runHere(settings(inventaire), ['config', 'check']);
    assert.equal(status, 2);
    assert.match(stderr, message);
  });
}
