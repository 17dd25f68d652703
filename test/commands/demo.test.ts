// `npm start`: the demonstration that stays in service, as a daemon with its simulators.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Daemon, freePort, killDaemons, poll, seulement } from '../support/daemon.js';
import { testDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { connectRaw } from '../support/ldap-raw-client.js';

after(() => killDaemons());

test('the demonstration stays in service with its simulator until it is told to stop', async () => {
  const db = await testDatabase();
  const dir = tempFolder();
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const [simulator, ldap, web] = ports;
  writeSample(join(dir, 'extractions'), db.url, ports);
  // In lines that a machine reads; with --json it would end after its report.
  const demo = new Daemon('', ['--dir', dir], { ANNUAIRE_SYNC_JOURNAL: 'json' }, ['demo']);
  await demo.event('pret');
  const client = await connectRaw(ldap);
  await poll(async () => {
    const { entries } = await client.search({ base: 'ou=bal,o=mssante,c=fr' });
    // The branch itself, and its one mailbox.
    return entries.length === 2 ? true : undefined;
  });
  const page = await fetch(`http://127.0.0.1:${web}/console`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /GIP Essai/u);
  await poll(() =>
    fetch(`http://127.0.0.1:${simulator}/`).then(
      () => true,
      () => undefined,
    ),
  );
  assert.equal(await demo.end('SIGTERM'), 0);
  await assert.rejects(fetch(`http://127.0.0.1:${simulator}/`));
  await db.drop();
});

/** In the place of the country that it would invent, which takes longer to load: one mailbox, of yesterday. */
function writeSample(
  folder: string,
  url: string,
  [simulator, ldap, web]: readonly [number, number, number],
): void {
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const file = `Extraction_Correspondance_MSSante_${day.replaceAll('-', '')}0101.txt`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'truth.json'), JSON.stringify({ judgedAt: `${day}T00:00:00Z` }));
  writeFileSync(join(folder, file), textOf(headers.bals, [bal('jean.dupont@x.mssante.fr')]));
  writeFileSync(join(folder, 'inventaire.csv'), 'adresse;typeBal\njean.dupont@x.mssante.fr;PER\n');
  writeFileSync(
    join(folder, 'annuaire-sync.yaml'),
    `database: { url: '${url}' }
operateur: { nom: GIP Essai, domaines: [x.mssante.fr] }
sources:
  bals: { from: ./${file} }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
inventaire: { fichier: ./inventaire.csv }
alimentation: { url: 'http://127.0.0.1:${simulator}', cleApi: essai }
simulateur: { port: ${simulator} }
ldap: { port: ${ldap} }
web: { port: ${web} }
${seulement([])}`,
  );
}
