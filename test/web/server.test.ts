// The listener: TLS, what is not HTTP, a database that is away, an orderly stop.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type ConnectionOptions } from 'node:tls';
import { createPool } from '../../src/db/pool.js';
import { WebServer } from '../../src/web/server.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { tempFolder } from '../support/extraction-files.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { makeKey, startWebServer, webSettings } from '../support/web-server.js';

let db: TestDatabase;
let certificates: TestCertificates;
const folder = tempFolder();
const certificate = join(folder, 'web.pem');
const key = join(folder, 'web.key');
before(async () => {
  [db, certificates] = await Promise.all([testDatabase(), makeCertificates()]);
  writeFileSync(certificate, certificates.localhost.cert);
  writeFileSync(key, certificates.localhost.key);
});
after(() => db.drop());

const tls = { certificate, key, passphrase: undefined };

function status(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(
      `${url}/healthz`,
      { ca: certificates.ca, servername: 'localhost', agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });
}

/** The cipher agreed on, or the fault. */
function handshake(url: string, options: ConnectionOptions): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: Number(port),
        ca: certificates.ca,
        servername: 'localhost',
        ...options,
      },
      () => {
        resolve(`${socket.getProtocol() ?? ''} ${socket.getCipher().standardName}`);
        socket.destroy();
      },
    ).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test('TLS follows the policy: nothing below 1.2, no CBC', async () => {
  const { server, url } = await startWebServer(db.pool, { tls });
  assert.equal(await status(url), 200);
  assert.match(await handshake(url, {}), /^TLSv1\.3 /u);
  const gcm = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } as const;
  assert.match(await handshake(url, gcm), /^TLSv1\.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256$/u);
  assert.match(
    await handshake(url, { ...gcm, ciphers: 'ECDHE-RSA-AES128-SHA256' }),
    /ERR_SSL|ECONNRESET/u,
  );
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
  assert.match(await handshake(url, old), /ERR_SSL|ECONNRESET/u);
  await server.stop();
});

test('a renewed certificate is served once it is read again; a wrong one leaves the old', async () => {
  const { server, url } = await startWebServer(db.pool, { tls });
  writeFileSync(certificate, certificates.otherHost.cert);
  assert.throws(() => server.reloadCertificate(), { code: 'CERTIFICAT_WEB_INVALIDE' });
  assert.equal(await status(url), 200);
  writeFileSync(key, certificates.otherHost.key);
  server.reloadCertificate();
  await assert.rejects(status(url), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  writeFileSync(certificate, certificates.localhost.cert);
  writeFileSync(key, certificates.localhost.key);
  await server.stop();
});

test('a certificate that cannot be used is told before listening', () => {
  const options = { plugins: [], report: () => undefined };
  for (const files of [
    { ...tls, certificate: join(folder, 'absent') },
    { ...tls, key: certificate },
  ]) {
    assert.throws(() => new WebServer({ ...options, settings: { ...webSettings, tls: files } }), {
      code: 'CERTIFICAT_WEB_INVALIDE',
      exitCode: 2,
    });
  }
});

test('a port already taken is told with a remedy', async () => {
  const { server, url } = await startWebServer(db.pool);
  await assert.rejects(startWebServer(db.pool, { port: Number(new URL(url).port) }), {
    code: 'ECOUTE_IMPOSSIBLE',
    message: /web\.port/u,
  });
  await server.stop();
});

test('what is not HTTP is answered and closed', async () => {
  const { server, url } = await startWebServer(db.pool);
  for (const text of [
    '\x16\x03\x01\x02\x00',
    'GET / HTTP/9\r\n\r\n',
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connectTcp(Number(new URL(url).port), '127.0.0.1', () => socket.end(text));
      socket
        .on('data', (chunk) => (received += chunk.toString()))
        .on('error', () => undefined)
        .on('close', () => resolve(received));
    });
    assert.match(answer, /^HTTP\/1\.1 4(00|31) [^]*problem\+json[^]*HTTP_ILLISIBLE/u);
  }
  await server.stop();
});

test('without its database, nothing is judged and the client is told to come back', async () => {
  const refused = createPool(
    {
      connectionString: 'postgres://127.0.0.1:1/x',
      max: 2,
      statementTimeoutMs: 1_000,
      applicationName: 'test',
    },
    () => undefined,
  );
  const { server, url, lines } = await startWebServer(refused);
  const { headers } = await makeKey(db.pool, ['lecture']);
  const response = await fetch(`${url}/api/v1/professionnels?nom=ex`, { headers });
  const problem = (await response.json()) as { code: string };
  assert.deepEqual([response.status, problem.code], [503, 'BASE_INDISPONIBLE']);
  assert.equal(response.headers.get('retry-after'), '2');
  assert.deepEqual(lines, []);
  await server.stop();
  await refused.end();
});

test('an answer without its trace is none', async () => {
  const own = await testDatabase();
  const { headers } = await makeKey(own.pool, ['lecture']);
  const { server, url, lines } = await startWebServer(own.pool);
  await own.pool.query('alter table api_call rename to api_call_gone');
  const response = await fetch(`${url}/api/v1/professionnels?nom=ex`, { headers });
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.doesNotMatch(text, /api_call|select|at /u, 'what happened inside does not leave');
  assert.match(lines.join(), /api_call/u, 'the journal tells it');
  await server.stop();
  await own.drop();
});

test('a stop lets the answer under way leave, and closes kept connections', async () => {
  const gate: { open: () => void } = { open: () => undefined };
  const opened = new Promise<void>((resolve) => (gate.open = resolve));
  const entered: { now: () => void } = { now: () => undefined };
  const isIn = new Promise<void>((resolve) => (entered.now = resolve));
  const server = new WebServer({
    settings: webSettings,
    report: () => undefined,
    plugins: [
      (app) => {
        app.get('/lent', async () => {
          entered.now();
          await opened;
          return { fait: true };
        });
      },
    ],
  });
  const url = await server.start();
  const slow = fetch(`${url}/lent`);
  await isIn;
  const stopped = server.stop();
  await assert.rejects(fetch(`${url}/lent`), 'no new connection');
  gate.open();
  const response = await slow;
  assert.deepEqual(await response.json(), { fait: true });
  assert.equal(response.headers.get('connection'), 'close');
  await stopped;
});

test('an answer that never comes does not hold the stop', async () => {
  const server = new WebServer({
    settings: { ...webSettings, stopMs: 50 },
    report: () => undefined,
    plugins: [
      (app) => {
        app.get('/jamais', () => new Promise(() => undefined));
      },
    ],
  });
  const url = await server.start();
  const cut = new Promise<Error>((resolve) => {
    httpRequest(`${url}/jamais`).on('error', resolve).end();
  });
  await fetch(`${url}/autre`).then((response) => response.text());
  await server.stop();
  assert.match((await cut).message, /socket hang up|ECONNRESET/u);
});
