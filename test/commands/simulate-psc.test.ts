// `simulate psc` as it is run: it stands where the settings look for Pro Santé Connect, and never in its place.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { load } from '../support/annuaire.js';
import { mainProgram, runCommand } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
  await load(db.pool, {
    bals: [
      { adresse: 'anne@chu.mssante.fr', type: 'PER', rpps: '10000000017', nom: 'EXEMPLE' },
      { adresse: 'accueil@chu.mssante.fr', type: 'ORG', structure: '1750000028' },
    ],
  });
});
after(() => db.drop());

const realm = '/auth/realms/esante-wallet';

function settings(emetteur: string | undefined): string {
  const config = join(tempFolder(), 'annuaire-sync.yaml');
  const psc = emetteur
    ? `professionnels: { psc: { emetteur: '${emetteur}', clientId: essai, secret: secret-d-essai-sans-valeur } }\n`
    : '';
  writeFileSync(
    config,
    `database: { url: '${db.url}' }
operateur: { nom: Exemple, domaines: [chu.mssante.fr] }
web: { urlPublique: 'http://127.0.0.1:8480' }
${psc}`,
  );
  return config;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('it answers where the settings look, for the holders of our BAL', async () => {
  const issuer = `http://127.0.0.1:${await freePort()}${realm}`;
  const child = spawn(
    process.execPath,
    [mainProgram, '-c', settings(issuer), '--json', 'simulate', 'psc'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const exited = once(child, 'exit');
  try {
    for await (const line of createInterface(child.stdout)) {
      assert.match(line, /un professionnel inventé/u);
      break;
    }
    const response = await fetch(`${issuer}/.well-known/wallet-openid-configuration`);
    const document = (await response.json()) as { issuer: string };
    assert.equal(document.issuer, issuer);
  } finally {
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
  }
});

for (const [name, issuer] of [
  ['no provider at all', undefined],
  ['the real one', `https://auth.bas.psc.esante.gouv.fr${realm}`],
  ['another path', 'http://127.0.0.1:8483/ailleurs'],
] as const) {
  test(`it refuses settings that do not lead to it: ${name}`, () => {
    const { status, stderr } = runCommand(settings(issuer), ['simulate', 'psc']);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /simulé.*\n.*urlPublique/u);
  });
}
