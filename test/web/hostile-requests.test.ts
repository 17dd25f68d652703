// The listener as it is served, pages and API, against whoever wants it down or fooled: it refuses, goes on answering others, and tells nothing.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { loadSettings } from '../../src/config/load-settings.js';
import { createApi } from '../../src/web/api/api.js';
import { createHealth } from '../../src/web/health.js';
import { WebServer, type WebPlugin } from '../../src/web/server.js';
import type { WebServerSettings } from '../../src/web/server-settings.js';
import { writeCommandSettings } from '../support/command.js';
import { reglagesCreation } from '../support/creation.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';
import { veilleFixe } from '../support/veille.js';
import { buildSite, type SiteEssai } from '../support/site.js';
import { drip, exchange, open, statusesOf } from '../support/raw-http.js';
import { webSettings } from '../support/web-server.js';

type Route = { readonly method: string; readonly url: string };

let db: TestDatabase;
let server: WebServer | undefined;
let site: SiteEssai;
let url: string;
const lines: string[] = [];
const routes: Route[] = [];

before(async () => {
  db = await testDatabase();
});
after(() => db.drop());
afterEach(async () => {
  await assertAnswers();
  assert.deepEqual(lines, [], 'nothing that a visitor sends is a fault of ours');
  await server?.stop();
  await site.stop();
  server = undefined;
});

/** With the parts of the program itself. */
async function start(changes: Partial<WebServerSettings> = {}): Promise<void> {
  lines.length = routes.length = 0;
  const report = (line: string): void => void lines.push(line);
  const now = (): Date => new Date('2027-01-15T12:00:00Z');
  const settings = loadSettings(writeCommandSettings(tempFolder(), db.url), {});
  const { requestsPerSecond } = webSettings;
  site = await buildSite(settings, db, { now, report });
  const plugins = [
    createHealth({ veille: veilleFixe(), now }),
    createApi({ db: db.pool, reglages: reglagesCreation, now, report, requestsPerSecond }),
    ...site.plugins,
  ];
  server = new WebServer({
    settings: { ...webSettings, requestTimeoutMs: 500, idleTimeoutMs: 300, ...changes },
    report,
    plugins: plugins.map(noteRoutes),
  });
  url = await server.start();
}

function noteRoutes(plugin: WebPlugin): WebPlugin {
  return (app) => {
    app.addHook('onRoute', ({ method, url: path }) => {
      routes.push(...[method].flat().map((one) => ({ method: one, url: path })));
    });
    plugin(app);
  };
}

/** On a connection of its own, whatever is done to others. */
async function assertAnswers(): Promise<void> {
  assert.deepEqual(statusesOf(await exchange(url, get('/healthz'))), [200]);
}

const get = (path: string, headers = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: exemple.test\r\nConnection: close\r\n${headers}\r\n`;
const post = (path: string, headers: string, body = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: exemple.test\r\n${headers}\r\n${body}`;
const form = 'Content-Type: application/x-www-form-urlencoded\r\n';

const slow: [name: string, beginning: string][] = [
  ['a first line that never ends', 'GET /heal'],
  ['a header that never ends', 'GET /healthz HTTP/1.1\r\nHost: exemple.test\r\nX-A: '],
  ['a form that never ends', post('/demande/x', `${form}Content-Length: 5000\r\n`, 'jeton=')],
  [
    'a chunk that never ends',
    post('/console/x', `${form}Transfer-Encoding: chunked\r\n`, '1000\r\n'),
  ],
];
for (const slowRequestTimeoutMs of [undefined, 60_000]) {
  const where = slowRequestTimeoutMs === undefined ? '' : ', beside routes that take long ones';
  test(`who drips is told 408 and closed, while others are answered${where}`, async () => {
    await start({ requestTimeoutMs: 300, slowRequestTimeoutMs });
    const drips = slow.flatMap(([name, beginning]) =>
      Array.from({ length: 5 }, async () => ({ name, text: await drip(url, beginning, 20) })),
    );
    await assertAnswers();
    for (const { name, text } of await Promise.all(drips)) {
      // An answer that did not wait for the body is one too.
      assert.match(String(statusesOf(text)), /^(408|403|404|404,408|403,408)$/u, name);
    }
  });
}

test('who connects and says nothing is closed', async () => {
  await start({ requestTimeoutMs: 300 });
  const silent = await open(url);
  assert.deepEqual(statusesOf(await silent.received), [408]);
});

test('beyond its connections it refuses more, keeps those that it has, and takes others once they are gone', async () => {
  await start({ connectionsMax: 50, requestTimeoutMs: 15_000 });
  const held = await Promise.all(Array.from({ length: 50 }, () => open(url)));
  const more = await Promise.all(
    Array.from({ length: 950 }, async () => (await open(url)).received),
  );
  assert.ok(more.every((text) => text === ''));
  const [one, ...others] = held;
  one?.socket.write(get('/healthz'));
  assert.deepEqual(statusesOf((await one?.received) ?? ''), [200]);
  for (const { socket } of others) socket.destroy();
  await Promise.all(others.map(({ received }) => received));
});

const large: [name: string, request: string, statuses: number[]][] = [
  ['an address of 20,000 letters', get(`/console/${'a'.repeat(20_000)}`), [431]],
  ['a header of 20,000 letters', get('/console', `X-A: ${'a'.repeat(20_000)}\r\n`), [431]],
  ['3,000 headers', get('/healthz', 'a:b\r\n'.repeat(3_000)), [200]],
  ['a cookie of 15,000 letters', get('/demande/x', `Cookie: ${'a=b; '.repeat(3_000)}\r\n`), [404]],
  [
    'a form of 100,000 fields',
    post('/demande/x', `${form}Content-Length: 300000\r\n`, 'a=&'.repeat(100_000)),
    [413],
  ],
  [
    'a form of 100,000 fields, in chunks',
    post(
      '/demande/x',
      `${form}Transfer-Encoding: chunked\r\n`,
      `493e0\r\n${'a=&'.repeat(100_000)}`,
    ),
    [413],
  ],
  ['a length of 10 GB', post('/api/v1/x', 'Content-Length: 10000000000\r\n', 'a'), [404, 413]],
];
for (const [name, request, statuses] of large) {
  test(`${name}: no trouble`, async () => {
    await start();
    const [status = 0] = statusesOf(await exchange(url, request));
    assert.ok(statuses.includes(status), String(status));
  });
}

test('a form within the size, of fields without end or of names that mean something to the language, is only refused', async () => {
  await start();
  const bodies = [
    'a&'.repeat(8_000),
    '__proto__=1&constructor=2&jeton[length]=3&toString=4&jeton=5&jeton=6',
    '%'.repeat(1_000),
    '%00=%ff&jeton=%c3%28',
  ];
  for (const path of ['/console/connexion', '/demande/connexion', '/avis/inactivite/x']) {
    for (const body of bodies) {
      const response = await fetch(url + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
      assert.match(
        String(response.status),
        /^(400|403|404|413|415)$/u,
        `${path} ${body.slice(0, 20)}`,
      );
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/u);
    }
  }
  assert.equal(Object.keys(Object.prototype).length, 0);
});

// Whatever a proxy before us would have read in it: a second request is never answered, and the connection is over.
const ambiguous: [name: string, request: string][] = [
  [
    'a length and chunks',
    post('/healthz', 'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\nG`),
  ],
  ['two lengths', post('/healthz', 'Content-Length: 0\r\nContent-Length: 44\r\n', get('/healthz'))],
  ['a list of lengths', post('/healthz', 'Content-Length: 0, 44\r\n', get('/healthz'))],
  ['a signed length', post('/healthz', 'Content-Length: +0\r\n', get('/healthz'))],
  [
    'chunks that are not the last coding',
    post('/healthz', 'Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n`),
  ],
  [
    'an unknown coding',
    post('/healthz', 'Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${get('/healthz')}`),
  ],
  ['a space before the colon', post('/healthz', 'Content-Length : 5\r\n', get('/healthz'))],
  ['a folded header', get('/healthz', 'X-A: b\r\n\tTransfer-Encoding: chunked\r\n')],
  [
    'a size of chunk that is none',
    post('/healthz', 'Transfer-Encoding: chunked\r\n', `0x0\r\n\r\n${get('/healthz')}`),
  ],
  [
    'a size of chunk beyond numbers',
    post('/healthz', 'Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n`),
  ],
  ['a line feed alone in a header', 'GET /healthz HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n'],
  ['a carriage return alone in a header', get('/healthz', 'X-A: b\rX-C: d\r\n')],
  ['a nul in a header', get('/healthz', 'X-A: b\0c\r\n')],
  ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['a tunnel', 'CONNECT exemple.test:443 HTTP/1.1\r\nHost: exemple.test\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];
for (const [name, request] of ambiguous) {
  test(`${name}: refused, and what is hidden in it is not answered`, async () => {
    await start();
    const statuses = statusesOf(await exchange(url, request));
    for (const status of statuses) assert.ok(status >= 400 && status < 500, String(status));
  });
}

const paths = [
  '/%',
  '/%ff',
  '/console/%E0%A4%A',
  '/console/%2e%2e/%2e%2e/etc/passwd',
  '/statique/..%2f..%2fpackage.json',
  '/statique/../../package.json',
  '/avis/inactivite/%00',
  `/avis/inactivite/${'%41'.repeat(3_000)}`,
  '/demande/%0d%0aSet-Cookie:%20x=y',
  '//ailleurs.example/console',
  '/\\ailleurs.example',
  'http://ailleurs.example/console/constats',
  '/console/connexion?suite=//ailleurs.example&suite=%0d%0aX-Injected:1',
  '/console/constats?suite=%0d%0aX-Injected:1&__proto__[x]=1&%',
];
for (const path of paths) {
  test(`« ${path.slice(0, 60)} » opens nothing, leads nowhere else, adds no header`, async () => {
    await start();
    const answer = await exchange(url, get(path));
    const [head = ''] = answer.split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 (200|303|400|403|404|414|429) /u);
    assert.doesNotMatch(head, /^(x-injected|set-cookie: x)/imu);
    const [, location] = /^location: (.*)$/imu.exec(head) ?? [];
    if (location !== undefined) assert.match(location, /^\/(?![/\\])/u);
    assert.doesNotMatch(answer, /root:|"dependencies"|node_modules|\bat .*\.js/u);
  });
}

/** Of every answer; then of the pages. */
function headerFaults(response: Response, path: string): string[] {
  const value = (name: string): string => response.headers.get(name) ?? '';
  // What nothing answers outside of the parts of the site is a problem in JSON.
  const isPage =
    /^\/(?:console|demande)(?:\/|$)/u.test(path) || value('content-type').startsWith('text/html');
  const isSheet = path.startsWith('/statique/') && response.status === 200;
  const csp = value('content-security-policy');
  const expected: [name: string, holds: boolean][] = [
    ['x-content-type-options', value('x-content-type-options') === 'nosniff'],
    ['cache-control', isSheet || value('cache-control') === 'no-store'],
    ['server', value('server') === '' && value('x-powered-by') === ''],
    ['access-control', value('access-control-allow-origin') === ''],
    ['csp', !isPage || csp.includes("default-src 'none'")],
    ['csp frame', !isPage || csp.includes("frame-ancestors 'none'")],
    ['csp form', !isPage || csp.includes("form-action 'self'")],
    ['csp base', !isPage || csp.includes("base-uri 'none'")],
    ['csp unsafe', !/unsafe|\*/u.test(csp)],
    ['x-frame-options', !isPage || value('x-frame-options') === 'DENY'],
    ['referrer-policy', !isPage || value('referrer-policy') === 'no-referrer'],
    ['x-robots-tag', !isPage || value('x-robots-tag').includes('noindex')],
    ['cookies', response.headers.getSetCookie().every((line) => /HttpOnly.*SameSite/iu.test(line))],
  ];
  return expected
    .filter(([, holds]) => !holds)
    .map(([name]) => `${response.status} ${path}: ${name}`);
}

test('every route answers with the headers of its kind, to a stranger and to a mistake', async () => {
  await start();
  assert.ok(routes.length > 10, String(routes.length));
  const asked = [
    ...routes.map(({ method, url: path }) => ({ method, path: path.replace(/:\w+|\*/gu, '1') })),
    ...['/', '/nulle-part', '/console/nulle-part', '/demande/nulle-part', '/avis/nulle-part'].map(
      (path) => ({ method: 'GET', path }),
    ),
    ...['/console', '/demande', '/avis/inactivite/1'].map((path) => ({ method: 'DELETE', path })),
  ];
  const faults: string[] = [];
  for (const { method, path } of asked) {
    const response = await fetch(url + path, { method, redirect: 'manual' });
    faults.push(...headerFaults(response, path));
    if (response.status >= 500 && response.status !== 503) faults.push(`${method} ${path}: 500`);
  }
  assert.deepEqual(faults, []);
});
