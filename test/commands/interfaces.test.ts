// `report --interfaces`: real downloads and a real feed, then the report tells exactly what their servers saw.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { after, before, test, type TestContext } from 'node:test';
import { createUsageCounter } from '../../src/commands/usage-counter.js';
import { createDispatcher } from '../../src/net/dispatcher.js';
import type { EchangeVu, ObjetUsage } from '../../src/domain/usage-interface.js';
import { request } from 'undici';
import { ajouterConsultations } from '../../src/store/consultation.js';
import { load } from '../support/annuaire.js';
import { writeCommandSettings } from '../support/command.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { connectProxy, faultyServer, hangUp, resumable, status } from '../support/faulty-server.js';
import { enfiler, rppsDe } from '../support/feed-queue.js';
import { runHere, type InProcessResult } from '../support/in-process.js';
import { apiKey, TestSimulator } from '../support/simulator.js';

let database: TestDatabase;
const maintenant = new Date('2026-10-09T06:00:00Z');

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());

function settings(more: string): string {
  const config = writeCommandSettings(tempFolder(), database.url);
  appendFileSync(config, `reseau: { attenteMinSecondes: 0, tentativesMax: 3 }\n${more}`);
  return config;
}

async function run(config: string, ...args: string[]): Promise<InProcessResult> {
  return runHere(config, args, { now: maintenant });
}

type Operation = {
  readonly operation: string;
  readonly hote: string;
  readonly nombre: number;
  readonly reussites: number;
  readonly inchanges: number;
  readonly echecs: number;
  readonly volume: number;
};
type Une = {
  readonly interface: string;
  readonly source: string;
  readonly operations: Operation[];
};

async function report(config: string, ...args: string[]): Promise<Une[]> {
  const {
    status: code,
    stdout,
    stderr,
  } = await run(config, 'report', '--interfaces', '--json', ...args);
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as { interfaces: Une[] }).interfaces;
}

function counts(interfaces: readonly Une[], nom: string, source = ''): Record<string, string> {
  const une = interfaces.find((one) => one.interface === nom && one.source === source);
  const entries = (une?.operations ?? []).map((o): [string, string] => [
    o.operation,
    `${o.nombre} = ${o.reussites} + ${o.inchanges} + ${o.echecs}`,
  ]);
  return Object.fromEntries(entries);
}

const body = readFileSync('test/fixtures/adeli-rpps/2_Correspondance_ADELI_RPPS_creations.csv');
const published = { body, fileName: 'correspondance_adeli_rpps_202610080500.csv' };

test('a download that is cut and resumed, a second one of nothing new, a third refused', async (t: TestContext) => {
  const cut = resumable({ ...published, cutAfter: 20, headers: { etag: '"un"' } });
  const good = resumable({ ...published, headers: { etag: '"un"' } });
  const server = await faultyServer(t, [good, cut, good, good, hangUp, status(404)]);
  const config = settings(`sources: { adeli-rpps: { from: '${server.url}/adeli-rpps' } }\n`);
  const codes: number[] = [];
  let told = '';
  for (let i = 0; i < 3; i += 1) {
    const { status: code, stdout } = await run(config, 'extract', 'adeli-rpps');
    codes.push(code);
    told += stdout;
  }
  assert.deepEqual(codes, [0, 0, 1], told);

  const seen = server.seen.map(({ method }) => method);
  assert.deepEqual(seen, ['HEAD', 'GET', 'GET', 'HEAD', 'HEAD', 'HEAD']);
  assert.deepEqual(counts(await report(config), 'telechargement', 'adeli-rpps'), {
    // One was cut before any status came, one was refused.
    head: '4 = 2 + 0 + 2',
    // The first one was cut.
    get: '2 = 1 + 0 + 1',
    chargement: '3 = 1 + 1 + 1',
  });
});

test('the feed: what the simulator served, request by request, and what it was for', async (t) => {
  await load(database.pool, {
    bals: [],
    activites: [0, 1, 2].map((index) => ({
      rpps: rppsDe(index),
      site: '750000011',
      ej: '750000037',
    })),
    finess: [{ finess: '750000011', nature: 'EG', ej: '750000037' }],
  });
  const simulator = await TestSimulator.open(database.pool);
  t.after(() => simulator.close());
  await enfiler(
    database.pool,
    [0, 1, 2].map((index) => ({
      adresse: `bal${index}@chu-exemple.mssante.fr`,
      rpps: rppsDe(index),
    })),
  );
  const config = settings(`alimentation: { url: '${simulator.url}', cleApi: ${apiKey} }\n`);
  const pushed = await run(config, 'push', '--json');
  assert.equal(pushed.status, 0, pushed.stdout + pushed.stderr);

  const served = (method: string): number =>
    simulator.requests.filter((one) => one.method === method).length;
  const of = counts(await report(config), 'alimentation');
  assert.ok(served('PATCH') >= 3);
  assert.match(of['patch'] ?? '', new RegExp(`^${served('PATCH')} = `, 'u'));
  assert.equal(of['insert'], '3 = 3 + 0 + 0');
  const searches = Number((of['recherche'] ?? '0').split(' ')[0]);
  assert.equal(searches, served('GET'));
});

test('a purge of the runs and of the attempts takes nothing away', async () => {
  const config = settings('');
  const before = await report(config);
  await database.pool.query('delete from source_reject');
  await database.pool.query('delete from source_run');
  await database.pool.query('delete from feed_attempt');
  assert.deepEqual(await report(config), before);
  assert.ok(before.flatMap(({ operations }) => operations).length > 4);
});

test('by month, as a table and as a spreadsheet reads it; nothing outside of the period', async () => {
  const config = settings('');
  const table = await run(config, 'report', '--interfaces', '--par', 'mois');
  assert.match(table.stdout, /^TM2\.1\.3A · /mu);
  assert.match(table.stdout, /Réglée, jamais utilisée/u);
  assert.match(table.stdout, /^2026-10 +adeli-rpps +GET : lecture +2 /mu);
  assert.ok(
    table.stdout.split('\n').every((line) => line.length <= 100),
    table.stdout,
  );
  const csv = await run(config, 'report', '--interfaces', '--format', 'csv', '--par', 'semaine');
  assert.match(
    csv.stdout,
    /^2026-S41;telechargement;adeli-rpps;127\.0\.0\.1:\d+;get;2;1;0;0;1;\d+\r$/mu,
  );
  const later = await report(config, '--depuis', '2026-10-10', '--jusqua', '2026-10-31');
  assert.equal(later.flatMap(({ operations }) => operations).length, 0);
});

test('a database that cannot be written fails nothing, and is caught up with', async () => {
  const refusals: string[] = [];
  let isDown = true;
  const db: Pick<TestDatabase['pool'], 'query'> = new Proxy(database.pool, {
    get: (pool, key) => {
      if (key !== 'query') return Reflect.get(pool, key) as unknown;
      if (isDown) {
        refusals.push('refused');
        return () => Promise.reject(new Error('read-only'));
      }
      return pool.query.bind(pool);
    },
  });
  const counter = createUsageCounter(db, () => new Date('2026-11-01T12:00:00Z'));
  const objet: ObjetUsage = {
    interface: 'pro-sante-connect',
    source: '',
    hote: 'auth.exemple.fr',
    operation: 'jeton',
    issue: 'reussite',
  };
  counter.compter(objet, 10);
  await counter.close();
  isDown = false;
  counter.compter(objet, 5, 2);
  await counter.close();
  assert.equal(refusals.length, 1);
  const { rows } = await database.pool.query(
    `select nombre::integer as nombre, volume::integer as volume, jour::text from usage_interface
     where interface = 'pro-sante-connect'`,
  );
  assert.deepEqual(rows, [{ nombre: 3, volume: 15, jour: '2026-11-01' }]);
});

test('through a proxy, and when nobody listens', async (t) => {
  const server = await faultyServer(t, [status(204)]);
  const proxy = await connectProxy(t);
  const seen: EchangeVu[] = [];
  const options = {
    ...{ connectTimeoutMs: 2_000, headersTimeoutMs: 2_000, bodyTimeoutMs: 2_000 },
    voir: (echange: EchangeVu): void => void seen.push(echange),
  };
  const proxied = createDispatcher({ ...options, proxy: `http://127.0.0.1:${proxy.port}` });
  const { body: answer } = await request(`${server.url}/a?b=c`, { dispatcher: proxied });
  await answer.dump();
  await proxied.destroy();
  const direct = createDispatcher(options);
  await assert.rejects(request('http://127.0.0.1:1/', { dispatcher: direct }));
  await direct.destroy();
  assert.deepEqual(
    seen.map(({ methode, url, statut }) => [methode, url.pathname, statut]),
    [
      ['GET', '/a', 204],
      ['GET', '/', undefined],
    ],
  );
});

test('what was served to others is told beside it: look-ups by LDAP and by the API, all accounts together', async () => {
  const un = { jour: '2026-10-08', compte: '', entrees: 0 } as const;
  const ldap = { ...un, interface: 'ldap', operation: 'search' } as const;
  await ajouterConsultations(database.pool, [
    { ...ldap, resultat: '0', nombre: 30, entrees: 55 },
    { ...ldap, compte: 'carnet', resultat: '0', nombre: 5, entrees: 5 },
    { ...ldap, resultat: '50', nombre: 3 },
    { ...ldap, jour: '2026-10-09', resultat: '4', nombre: 2, entrees: 100 },
    { ...un, interface: 'api', operation: 'verifier', resultat: '200', nombre: 7 },
    { ...un, interface: 'api', operation: 'verifier', resultat: '404', nombre: 1 },
    // Before the period.
    { ...ldap, jour: '2020-01-01', resultat: '0', nombre: 1_000 },
  ]);
  const config = settings('');
  const asked = ['report', '--interfaces', '--depuis', '2026-10-08'];
  const { stdout } = await run(config, ...asked, '--json');
  const { consultations } = JSON.parse(stdout) as {
    consultations: Record<'interface' | 'nombre' | 'reussites' | 'entrees' | 'parJour', unknown>[];
  };
  assert.deepEqual(
    consultations.map((one) => [
      one.interface,
      one.nombre,
      one.reussites,
      one.entrees,
      one.parJour,
    ]),
    [
      ['api', 8, 7, 0, 4],
      ['ldap', 40, 37, 160, 20],
    ],
  );
  const table = await run(config, ...asked);
  assert.match(table.stdout, /Consultations servies.*\n.*\n.*\n? *API +verifier +8 +7 +1 +0 +4/u);
  const csv = await run(config, ...asked, '--format', 'csv');
  assert.match(csv.stdout, /;ldap;;[^\r]*;oui;;search;40;37;0;0;3;160;2;20,00;140,00;/u);
});
