// One daemon as it is run: its services behind their sockets, its stages, what it does when it is told to stop or to read again.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { estLdap } from '../../src/commands/doctor-ldap.js';
import { withAdvisoryLock } from '../../src/db/advisory-lock.js';
import { createHoraire } from '../../src/planification/horaire.js';
import {
  commencerPassage,
  finirPassage,
  listPassages,
  verrouDeEtape,
  type Passage,
} from '../../src/store/passage.js';
import { listNoeuds } from '../../src/store/noeud.js';
import { findDerniereVerification } from '../../src/store/statut.js';
import { mainProgram } from '../support/command.js';
import {
  Daemon,
  freePort,
  killDaemons,
  poll,
  racine,
  seulement,
  workerPid,
  writeDaemonSettings,
} from '../support/daemon.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { bal, headers, tempFolder, textOf } from '../support/extraction-files.js';
import { connectRaw, isNoticeOfDisconnection } from '../support/ldap-raw-client.js';

const folder = tempFolder();
const file = 'Extraction_Correspondance_MSSante_202701010101.txt';
const databases: TestDatabase[] = [];
/** The ANS: silent until it is told to answer. */
let isAnswering = false;
const asked: ServerResponse[] = [];
const ans = createServer((_request, response) => {
  asked.push(response);
  if (isAnswering) answer(response);
});
let source = '';

function answer(response: ServerResponse): void {
  const body = Buffer.from(textOf(headers.bals, [bal('jean.dupont@x.mssante.fr')]));
  const disposition = `attachment; filename="${file}"`;
  response.writeHead(200, { 'content-length': body.length, 'content-disposition': disposition });
  response.end(body);
}

before(async () => {
  await new Promise<void>((resolve) => ans.listen(0, '127.0.0.1', resolve));
  source = `http://127.0.0.1:${(ans.address() as AddressInfo).port}/${file}`;
});
after(async () => {
  killDaemons();
  ans.closeAllConnections();
  ans.close();
  await Promise.all(databases.map((each) => each.drop()));
});

async function openDatabase(): Promise<TestDatabase> {
  const opened = await testDatabase();
  databases.push(opened);
  return opened;
}

function settings(db: TestDatabase, sections: string): string {
  return writeDaemonSettings({
    folder,
    databaseUrl: db.url,
    sections: `${sections}reseau: { httpEnClair: true }
sources:
  bals: { from: '${source}' }
  professionnels: { actif: false }
  finess: { actif: false }
  liste-blanche: { actif: false }
`,
  });
}

test('settings are read again under open connections, a dead service is replaced, and all end in order', async () => {
  const db = await openDatabase();
  const ldap = await freePort();
  const services = `ldap: { port: ${ldap}, annuaire: { baseDn: 'o=avant' } }\nweb: { port: 0 }\n`;
  const config = settings(db, `${services}${seulement([])}`);
  const daemon = new Daemon(config);
  await daemon.event('pret');
  const web = await daemon.port('web');

  const taken = settings(
    db,
    `ldap: { port: ${ldap} }\n${seulement([], ', services: { web: false, etapes: false }')}`,
  );
  const second = spawnSync(process.execPath, [mainProgram, '-c', taken, 'daemon'], {
    encoding: 'utf8',
  });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /ne peut pas écouter.*déjà pris/su);

  const client = await connectRaw(ldap);
  assert.equal(await racine(client), 'o=avant');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const before = await ask(web, agent);
  assert.deepEqual([before.status, before.isKept], [200, true]);

  // The figures of every process of the node, where one of them is asked.
  const search = 'annuaire_sync_ldap_operations_total{operation="search",resultat="success",';
  const figures = await poll(async () => {
    const { text } = await read(web, '/metrics');
    return text.includes(`${search}processus="ldap-1"} 1\n`) && text.includes('="daemon"')
      ? text
      : undefined;
  });
  assert.match(figures, /annuaire_sync_processus_memoire_bytes\{[^}]*processus="daemon"\} \d/u);
  // No extraction was ever loaded: who is sent to this LDAP finds nothing, and the pages are served.
  const ready = await poll(async () => {
    const { status, text } = await read(web, '/readyz');
    return text.includes('"SERVICE"') ? { status, text } : undefined;
  });
  assert.equal(ready.status, 200);
  // It serves an empty directory once that is made.
  assert.match(
    ready.text,
    /"Service ldap-1 : (démarre ; aucun annuaire n’est encore chargé|dégradé ; aucune extraction n’est encore chargée)"/u,
  );

  // As « doctor » asks who holds a port.
  assert.deepEqual(await Promise.all([ldap, web].map((port) => estLdap('127.0.0.1', port))), [
    true,
    false,
  ]);

  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace('o=avant', 'o=apres').replace(`port: ${ldap}`, 'port: zero'));
  daemon.child.kill('SIGHUP');
  assert.match(
    (await daemon.event('reglages-refuses')).message,
    /ldap\.port : type attendu : number, ou false/u,
  );
  assert.equal(await racine(client), 'o=avant');

  // What one service cannot do, no other begins.
  const { port: busy } = ans.address() as AddressInfo;
  writeFileSync(config, text.replace('o=avant', 'o=apres').replace('port: 0', `port: ${busy}`));
  daemon.child.kill('SIGHUP');
  await daemon.line(
    ({ evenement, message }) => evenement === 'reglages-refuses' && message.includes('déjà pris'),
  );
  const still = await connectRaw(ldap);
  assert.equal(await racine(still), 'o=avant');

  writeFileSync(config, text.replace('o=avant', 'o=apres'));
  daemon.child.kill('SIGHUP');
  await daemon.event('reglages-relus');
  const fresh = await connectRaw(ldap);
  assert.equal(await racine(fresh), 'o=apres');
  // Who was connected goes on, with what he began with; HTTP is told to come back by another connection.
  assert.equal(await racine(client), 'o=avant');
  const after = await ask(web, agent);
  assert.deepEqual([after.status, after.socket, after.isKept], [200, before.socket, false]);
  assert.equal((await ask(web, agent)).status, 200);

  const pid = workerPid(daemon, 'ldap');
  process.kill(pid, 'SIGKILL');
  await daemon.line(
    ({ evenement, message }) => evenement === 'processus' && message.endsWith('en service.'),
  );
  const again = await connectRaw(ldap);
  assert.equal(await racine(again), 'o=apres');

  const ending = daemon.end('SIGTERM');
  assert.ok(isNoticeOfDisconnection(await client.next()));
  assert.ok(isNoticeOfDisconnection(await again.next()));
  assert.equal(await ending, 0);
  agent.destroy();
});

test('a stage is stopped with its daemon, taken up by the next one, and ended at its limit', async () => {
  const db = await openDatabase();
  const before = asked.length;
  const only = ['--sans', 'ldap', 'web', '--noeud'];
  const config = settings(db, `metriques: { ecoute: { port: 0 } }\n${seulement(['extract'])}`);
  const first = new Daemon(config, [...only, 'premier']);
  await poll(() => passage(db, ({ finiLe }) => finiLe === undefined));
  // No web server there: the supervisor itself is asked.
  const { message } = await first.event('metriques');
  const port = Number(/:(\d+)\/metrics/u.exec(message)?.[1]);
  const figures = await poll(async () => {
    const { text } = await read(port, '/metrics');
    return text.includes('annuaire_sync_base_joignable 1') ? text : undefined;
  });
  assert.match(figures, /annuaire_sync_info\{[^}]*processus="daemon"\} 1/u);
  const ready = await read(port, '/readyz?verbose');
  assert.equal(ready.status, 200);
  assert.match(ready.text, /^\{"etat":"pret","raisons":\[\],"noeud":"premier"/u);
  await poll(() => asked[before]);
  assert.equal(await first.end('SIGTERM'), 0);
  const stopped = await passage(db, () => true);
  assert.deepEqual([stopped?.issue, stopped?.noeud], ['interrompu', 'premier']);
  assert.deepEqual((await db.pool.query('select from source_load')).rowCount, 0);

  const text = readFileSync(config, 'utf8');
  writeFileSync(
    config,
    text.replace('gigueSecondes', 'dureeMaxMinutes: { extract: 0.02 }, gigueSecondes'),
  );
  const second = new Daemon(config, [...only, 'second']);
  const late = await poll(() => passage(db, ({ issue }) => issue === 'delai'));
  assert.deepEqual([late.tentative, late.noeud], [2, 'second']);
  assert.match(late.message ?? '', /dureeMaxMinutes/u);
  assert.match((await second.event('etape-finie')).message, /Arrêtée : plus longue que/u);
  assert.equal(await second.end('SIGTERM'), 0);
});

test('a stage whose session is lost writes nothing more: the run is left to whoever takes it up', async () => {
  const db = await openDatabase();
  const config = settings(db, seulement(['extract']));
  const words = ['daemon', 'etape', 'extract', '--pour', 'moi', '--prevu', '2027-01-01T00:00:00Z'];
  const child = spawn(process.execPath, [mainProgram, '-c', config, ...words], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const before = asked.length;
  await poll(() => asked[before]);
  const { rowCount } = await db.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like '% etape extract'`,
  );
  assert.equal(rowCount, 1);
  assert.equal(await ended, 1);
  const left = await passage(db, () => true);
  assert.deepEqual([left?.issue, left?.tentative], [undefined, 1]);
});

test('a daemon verifies the trail by itself, and tells since when its stages should have succeeded', async () => {
  const db = await openDatabase();
  const daemon = new Daemon(settings(db, seulement(['verification'])), ['--sans', 'ldap', 'web']);
  const done = await poll(() => passage(db, ({ issue }) => issue !== undefined));
  assert.deepEqual([done.etape, done.issue], ['verification', 'reussite']);
  assert.equal((await findDerniereVerification(db.pool))?.issue, 'reussite');
  const [etape] = await poll(async () => {
    const [noeud] = await listNoeuds(db.pool, done.prevuLe);
    return noeud && noeud.etat.etapes.length > 0 ? noeud.etat.etapes : undefined;
  });
  // Once a month: the instant before that of the run which it began with.
  const expected = createHoraire('0 0 1 * *', 'Europe/Paris').autour(
    new Date(done.prevuLe.getTime() - 1),
  ).precedente;
  assert.equal(etape?.succesAttenduDepuis, expected?.toISOString());
  assert.equal(await daemon.end('SIGTERM'), 0);
});

test('several missed runs are caught up once, and never under the lock of another', async () => {
  const db = await openDatabase();
  isAnswering = true;
  const old = new Date('2026-01-01T00:00:00Z');
  const run = { etape: 'extract', prevuLe: old, noeud: 'ancien', pid: 1, tentativesMax: 1 };
  const begun = await commencerPassage(
    db.pool,
    { ...run, correlation: '00000000-0000-4000-8000-000000000000' },
    old,
  );
  assert.ok(begun);
  const well = { issue: 'reussite', code: undefined, message: 'Terminée.', exitCode: 0 } as const;
  await finirPassage(db.pool, begun, well, old);
  const config = settings(db, seulement(['extract']));
  await withAdvisoryLock(db.pool, verrouDeEtape('extract'), () => {
    const words = ['--config', config, 'daemon', 'etape', 'extract', '--pour', 'moi', '--prevu'];
    const args = [mainProgram, ...words, new Date().toISOString()];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    return Promise.resolve();
  });
  assert.equal((await listPassages(db.pool, 10)).length, 1);
  const daemon = new Daemon(config, ['--sans', 'ldap', 'web']);
  const caught = await poll(() =>
    passage(db, ({ noeud, issue }) => noeud !== 'ancien' && issue !== undefined),
  );
  assert.deepEqual([caught.issue, caught.message], ['reussite', 'Terminée.']);
  assert.match((await daemon.event('etape-lancee')).message, /manqué/u);
  await daemon.event('etape-finie');
  assert.equal(await daemon.end('SIGTERM'), 0);
  assert.equal((await listPassages(db.pool, 10)).length, 2);
});

async function passage(
  db: TestDatabase,
  fits: (passage: Passage) => boolean,
): Promise<Passage | undefined> {
  return (await listPassages(db.pool, 10)).find(fits);
}

type Answer = { readonly status: number; readonly socket: number; readonly isKept: boolean };

/** One request; `socket` is the port that it left from. */
async function ask(port: number, agent: Agent): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/healthz', agent }, resolve).once('error', reject);
  });
  const socket = response.socket.localPort ?? 0;
  response.resume();
  await new Promise((resolve) => response.once('end', resolve));
  const { statusCode = 0, headers: said } = response;
  return { status: statusCode, socket, isKept: said.connection !== 'close' };
}

async function read(port: number, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}
