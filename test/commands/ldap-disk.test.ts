// What the administrator reads when the data folder of the mirror cannot be used, and what happens once he did as it says.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { load } from '../support/annuaire.js';
import { mainProgram, runCommand } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

const skip = process.getuid?.() === 0 ? false : 'NOT TESTED: another account and a mount need root';
const nobody = 65_534;
const folder = tempFolder();
let database: TestDatabase;

before(async () => {
  database = await testDatabase();
  await load(database.pool, { bals: [{ adresse: 'a@exemple.mssante.fr', nom: 'a' }] });
  // The account that has no rights reads its settings.
  chmodSync(folder, 0o755);
});
after(() => database.drop());

function settingsFor(dataDir: string): string {
  const config = join(folder, 'reglages.yaml');
  writeFileSync(
    config,
    `dataDir: ${dataDir}
database: { url: '${database.url}' }
operateur: { nom: Essai, domaines: [exemple.mssante.fr] }
ldap: { port: 0, consultationSecondes: 1 }
`,
  );
  return config;
}

test(
  'a full disk and a read-only one are told with their remedy, and nothing is left half written',
  { skip },
  (t) => {
    const dataDir = join(folder, 'petit');
    mkdirSync(dataDir);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dataDir]);
    if (mounted.status !== 0) {
      t.skip(`NOT TESTED: ${String(mounted.stderr)}`);
      return;
    }
    t.after(() => spawnSync('umount', [dataDir]));
    const config = settingsFor(dataDir);
    const filler = join(dataDir, 'plein');
    assert.throws(() => writeFileSync(filler, Buffer.alloc(2 * 1024 * 1024)), { code: 'ENOSPC' });
    const full = runCommand(config, ['ldap', 'construire']);
    assert.equal(full.status, 1);
    assert.match(full.stderr, /petit\/ldap : le disque est plein .* Libérez de la place/);
    assert.doesNotMatch(full.stderr, /^\s+at /m);
    assert.deepEqual(readdirSync(join(dataDir, 'ldap')), []);
    rmSync(filler);
    assert.equal(runCommand(config, ['ldap', 'construire']).status, 0);
    spawnSync('mount', ['-o', 'remount,ro', dataDir]);
    const unchanged = runCommand(config, ['ldap', 'construire']);
    assert.equal(unchanged.status, 0, unchanged.stderr);
    rmSync(join(folder, 'reglages.yaml'));
    const elsewhere = runCommand(settingsFor(join(dataDir, 'sous')), ['ldap', 'construire']);
    assert.equal(elsewhere.status, 1);
    assert.match(
      elsewhere.stderr,
      /petit\/sous.* : ce disque est en lecture seule\. Indiquez un autre dossier/,
    );
  },
);

test(
  'a data folder of another account is told as such, and is used once it is given over',
  { skip },
  async (t) => {
    const dataDir = join(folder, 'autrui');
    const config = settingsFor(dataDir);
    assert.equal(runCommand(config, ['ldap', 'construire']).status, 0);
    chmodSync(dataDir, 0o755);
    const child = spawn(process.execPath, [mainProgram, '-c', config, '--json', 'ldap'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      uid: nobody,
      gid: nobody,
    });
    t.after(() => child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const messages = new Map<string, string[]>();
    const until = async (event: string): Promise<string> => {
      while (!messages.has(event)) {
        const next = await lines.next();
        assert.ok(next.done !== true, `ended before « ${event} » : ${[...messages].join('\n')}`);
        const line = JSON.parse(next.value) as { evenement: string; message: string };
        messages.set(line.evenement, [...(messages.get(line.evenement) ?? []), line.message]);
      }
      return messages.get(event)?.[0] ?? '';
    };
    const remedy = /autrui\/ldap.* : accès refusé\. Donnez les droits au compte/;
    assert.match(await until('unreadable'), remedy);
    assert.match(await until('build-failed'), remedy);
    assert.equal(spawnSync('chown', ['-R', `${nobody}:${nobody}`, dataDir]).status, 0);
    assert.match(await until('served'), /1 entrées/);
    assert.deepEqual(
      ['unreadable', 'build-failed'].map((event) => messages.get(event)?.length),
      [1, 1],
    );
  },
);
