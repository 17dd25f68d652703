// The settings of a daemon: which ones its children run on, and what becomes of a reload that cannot end as it began.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ReglagesEnVigueur } from '../../src/commands/reglages-en-vigueur.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { createLogger } from '../../src/logger.js';
import { makeCertificates } from '../support/certificates.js';
import { ouvrirCoupure } from '../support/coupure.js';
import {
  Daemon,
  freePort,
  killDaemons,
  poll,
  racine,
  seulement,
  workerPid,
  workerPids,
  writeDaemonSettings,
} from '../support/daemon.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { connectRaw } from '../support/ldap-raw-client.js';

const folder = tempFolder();
const file = 'Extraction_Correspondance_MSSante_202701010101.txt';
let db: TestDatabase;
/** The ANS: silent until a test answers. */
const asked: ServerResponse[] = [];
const ans = createServer((_request, response) => asked.push(response));

before(async () => {
  db = await testDatabase();
  await new Promise<void>((resolve) => ans.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  killDaemons();
  ans.closeAllConnections();
  ans.close();
  await db.drop();
});

function settings(sections: string, databaseUrl = db.url): string {
  return writeDaemonSettings({ folder, databaseUrl, sections });
}

test('what the daemon starts runs on the settings that it accepted, whatever their file has become', async () => {
  const ldap = await freePort();
  const chain = seulement(['extract']).replace('reconcile: false', 'reconcile: cycle');
  const services = `ldap: { port: ${ldap}, annuaire: { baseDn: 'o=avant' } }\n`;
  const { port } = ans.address() as AddressInfo;
  const sources = `reseau: { httpEnClair: true }
sources:
  bals: { from: 'http://127.0.0.1:${port}/${file}' }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
`;
  const config = settings(`${services}${chain}${sources}`);
  const daemon = new Daemon(config, ['--sans', 'web']);
  await daemon.event('pret');
  const question = await poll(() => asked[0]);
  const copies = readdirSync(join(folder, 'var', 'reglages'));
  const modes = copies.map((name) => statSync(join(folder, 'var', 'reglages', name)).mode & 0o777);
  assert.deepEqual(modes, [0o600]);

  writeFileSync(config, `${readFileSync(config, 'utf8')}inconnu: vrai\n`);
  answer(question);
  const next = await daemon.line(
    ({ etape, evenement }) => etape === 'reconcile' && evenement !== 'etape-lancee',
  );
  assert.equal(next.evenement, 'etape-finie', next.message);

  process.kill(workerPid(daemon, 'ldap'), 'SIGKILL');
  const told = await daemon.line(
    ({ evenement, message }) => evenement === 'processus' && !message.includes('SIGKILL'),
  );
  assert.match(told.message, /en service\.$/u);
  const client = await connectRaw(ldap);
  assert.equal(await racine(client), 'o=avant');

  // Where the stages write is not to be changed under a daemon that looks for their runs.
  const valid = readFileSync(config, 'utf8').replace('inconnu: vrai\n', '');
  writeFileSync(config, valid.replace(db.url, `${db.url}-autre`));
  daemon.child.kill('SIGHUP');
  assert.match(
    (await daemon.event('reglages-refuses')).message,
    /par un arrêt suivi d’un démarrage/u,
  );
  assert.equal(await daemon.end('SIGTERM'), 0);
  assert.deepEqual(readdirSync(join(folder, 'var', 'reglages')), []);
});

test('a daemon that is told to end while it reads its settings again leaves nobody behind', async () => {
  const ldap = await freePort();
  const services = `ldap: { port: ${ldap}, annuaire: { baseDn: 'o=avant' } }\nweb: { port: 0 }\n`;
  const config = settings(`${services}${seulement([])}`);
  const daemon = new Daemon(config);
  await daemon.event('pret');
  const before = workerPids(daemon, 'ldap');
  writeFileSync(config, readFileSync(config, 'utf8').replace('o=avant', 'o=apres'));
  daemon.child.kill('SIGHUP');
  await poll(() => (workerPids(daemon, 'ldap').length > before.length ? true : undefined));
  const ending = daemon.end('SIGTERM');
  await daemon.event('arret');
  const left = ['ldap', 'web'].flatMap((service) => workerPids(daemon, service));
  daemon.child.kill('SIGKILL');
  assert.deepEqual(left, []);
  await ending;
});

test('a base that says nothing is not waited for by a daemon that is to end', async () => {
  const relay = await ouvrirCoupure(Number(new URL(db.url).port));
  relay.couper();
  const url = new URL(db.url);
  url.port = String(relay.port);
  const config = settings(seulement([]), url.href);
  const daemon = new Daemon(config, ['--sans', 'ldap', 'web']);
  await daemon.event('pret');
  assert.equal(await daemon.end('SIGTERM'), 0);
  // Which is what it says of a connection that was waited for to the end.
  assert.deepEqual(
    daemon.lines.map(({ evenement }) => evenement),
    ['demarrage', 'pret', 'arret'],
  );
});

test('a web server that waits for its base takes certificates and leaves its port to the next', async () => {
  const { localhost } = await makeCertificates();
  const paths = { certificat: join(folder, 'web.pem'), cle: join(folder, 'web.key') };
  writeFileSync(paths.certificat, localhost.cert);
  writeFileSync(paths.cle, localhost.key);
  const web = `web: { port: ${await freePort()}, tls: { certificat: ${paths.certificat}, cle: ${paths.cle} } }\n`;
  const absent = `postgres://x@127.0.0.1:${await freePort()}/x`;
  const config = settings(`${web}${seulement([], ', vidangeSecondes: 600')}`, absent);
  const daemon = new Daemon(config, ['--sans', 'ldap', 'etapes']);
  await daemon.event('attente');
  await daemon.event('pret');
  const before = workerPid(daemon, 'web');
  daemon.child.kill('SIGHUP');
  await daemon.line(({ message }) => message.startsWith('Certificat web relu'));
  writeFileSync(config, readFileSync(config, 'utf8').replace('nom: Essai', 'nom: Autre'));
  daemon.child.kill('SIGHUP');
  await poll(() => {
    const pids = workerPids(daemon, 'web');
    return pids.length === 1 && !pids.includes(before) ? true : undefined;
  });
  assert.equal(await daemon.end('SIGTERM'), 0);
});

test('a copy that a killed daemon left is removed, and a folder that takes none is told of', () => {
  const config = settings('');
  const accepted = loadSettings(config, {});
  const dataDir = join(folder, 'copies');
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(join(dataDir, 'reglages'), { recursive: true });
  writeFileSync(join(dataDir, 'reglages', `${gone}-0123456789abcdef.yaml`), 'secret');
  writeFileSync(join(dataDir, 'reglages', 'à moi.yaml'), 'gardé');
  const told: string[] = [];
  const log = createLogger({ write: (line) => told.push(String(line)) > 0 }, journal);
  const reglages = new ReglagesEnVigueur({ env: { MOT: 'x' }, dataDir, log });
  const env = reglages.garder(accepted);
  const kept = readdirSync(join(dataDir, 'reglages'));
  assert.equal(kept.length, 2);
  assert.ok(kept.includes('à moi.yaml') && env['MOT'] === 'x');
  // Relative paths, and what is said, are still of the administrator's own file.
  writeFileSync(config, 'faux: [');
  assert.deepEqual(loadSettings(config, env), accepted);
  assert.throws(() => loadSettings(config, {}), { code: 'CONFIG_INVALIDE' });
  reglages.retenir();
  assert.deepEqual(readdirSync(join(dataDir, 'reglages')), ['à moi.yaml']);
  assert.deepEqual(told, []);

  const full = new ReglagesEnVigueur({ env: { MOT: 'x' }, dataDir: config, log });
  assert.deepEqual(full.garder(accepted), { MOT: 'x' });
  assert.match(told.join(), /Pas de copie des réglages en vigueur/u);
});

const journal = { format: 'lisible', niveau: 'info' } as const;

function answer(response: ServerResponse): void {
  const body = Buffer.from(textOf(headers.bals, [bal('jean.dupont@x.mssante.fr')]));
  const disposition = `attachment; filename="${file}"`;
  response.writeHead(200, { 'content-length': body.length, 'content-disposition': disposition });
  response.end(body);
}
