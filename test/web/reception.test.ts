// Long content on a real socket: cut, slow, too large, too dense, altered; nothing is ever left on the disk.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { explainError, sendProblem } from '../../src/web/problem.js';
import { ReceptionFolder } from '../../src/web/reception/folder.js';
import { readPrefer } from '../../src/web/reception/prefer.js';
import type { ReceptionLimits } from '../../src/web/reception/receive.js';
import { WebServer } from '../../src/web/server.js';
import { webSettings } from '../support/web-server.js';

const now = new Date('2026-06-15T10:00:00Z');
const path = mkdtempSync(join(tmpdir(), 'reception-'));
const limits: ReceptionLimits = {
  bytesMax: 8_000_000,
  ratioMax: 100,
  idleMs: 60_000,
  isDigestRequired: false,
  bytesMaxKey: 'inventaire.http.corpsOctetsMax',
};
let current = limits;
const failures: (() => void)[] = [];

let server: WebServer;
let url: string;
before(async () => {
  const folder = new ReceptionFolder(path, now);
  server = new WebServer({
    settings: { ...webSettings, requestTimeoutMs: 100, slowRequestTimeoutMs: 60_000 },
    report: () => undefined,
    plugins: [
      (app) => {
        app.removeAllContentTypeParsers();
        app.addContentTypeParser('*', (_request, _payload, done) => done(null));
        app.put('/recevoir', { config: { isSlow: true } }, async (request, reply) => {
          try {
            const { path: file, ...received } = await folder.receive(request.raw, current, 'txt');
            const content = readFileSync(file);
            rmSync(file);
            return { ...received, same: createHash('sha256').update(content).digest('hex') };
          } catch (error) {
            failures.shift()?.();
            const problem = explainError(error);
            if (!problem) throw error;
            return sendProblem(reply, problem);
          }
        });
        app.put('/vite', async (request) => {
          await request.raw.toArray();
          return { fait: true };
        });
      },
    ],
  });
  url = await server.start();
});
after(async () => {
  await server.stop();
  rmSync(path, { recursive: true });
});

function digest(content: Buffer | string): string {
  return `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
}

type Sent = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
};

async function put(
  content: Buffer | string,
  headers: Record<string, string> = {},
  changes: Partial<ReceptionLimits> = {},
): Promise<Sent> {
  current = { ...limits, ...changes };
  const response = await fetch(`${url}/recevoir`, {
    method: 'PUT',
    body: typeof content === 'string' ? content : new Uint8Array(content),
    headers: { 'content-type': 'text/csv', ...headers },
  });
  const body = (await response.json()) as Record<string, unknown>;
  assert.deepEqual(readdirSync(path), [], 'no file is left');
  return { status: response.status, headers: response.headers, body };
}

/** Writes raw HTTP, and gives the socket and all that comes back. */
function raw(text: string): { socket: Socket; answer: Promise<string> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(text);
  let received = '';
  const answer = new Promise<string>((resolve) => {
    socket
      .on('data', (chunk) => (received += chunk.toString()))
      .on('error', () => undefined)
      .on('close', () => resolve(received));
  });
  return { socket, answer };
}

const head = (target: string, rest: string): string =>
  `PUT ${target} HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\n${rest}\r\n\r\n`;

const long = Buffer.from('adresse;typeBal\n'.repeat(100_000));

test('long content is written as it was sent, whole, with its digest', async () => {
  const { status, body } = await put(long, { 'content-digest': digest(long) });
  const sha256 = createHash('sha256').update(long).digest('hex');
  assert.deepEqual([status, body], [200, { sizeBytes: long.length, sha256, same: sha256 }]);
});

test('compressed content is decompressed, and its digest is that of what was sent', async () => {
  const text = Buffer.from(
    Array.from({ length: 9_000 }, (_, i) => `n${i * 7919}@x.fr;PER\n`).join(''),
  );
  const content = gzipSync(text);
  const headers = { 'content-encoding': 'gzip', 'content-digest': digest(content) };
  const { status, body } = await put(content, headers);
  assert.deepEqual([status, body['sizeBytes']], [200, text.length]);
  assert.equal(body['same'], createHash('sha256').update(text).digest('hex'));
  const twice = Buffer.concat([gzipSync('a;b\n'), gzipSync('c;d\n')]);
  assert.equal((await put(twice, { 'content-encoding': 'gzip' })).body['sizeBytes'], 8);
});

test('chunked content without a length is taken', async () => {
  current = limits;
  const { socket, answer } = raw(
    head('/recevoir', 'transfer-encoding: chunked\r\nconnection: close'),
  );
  socket.write('3\r\na;b\r\n1\r\n\n\r\n0\r\n\r\n');
  assert.match(await answer, /^HTTP\/1\.1 200 [^]*"sizeBytes":4,/u);
});

const refused: readonly (readonly [
  name: string,
  content: Buffer | string,
  headers: Record<string, string>,
  changes: Partial<ReceptionLimits>,
  status: number,
  code: string,
])[] = [
  ['too much, told', 'x'.repeat(101), {}, { bytesMax: 100 }, 413, 'CORPS_TROP_GRAND'],
  [
    'too much once decompressed',
    gzipSync('x'.repeat(20_000)),
    { 'content-encoding': 'gzip' },
    { bytesMax: 10_000 },
    413,
    'CORPS_TROP_GRAND',
  ],
  [
    'a gzip bomb',
    gzipSync(Buffer.alloc(4_000_000)),
    { 'content-encoding': 'gzip' },
    {},
    413,
    'COMPRESSION_EXCESSIVE',
  ],
  [
    'a gzip that ends too early',
    gzipSync('a;b\n'.repeat(1_000)).subarray(0, 30),
    { 'content-encoding': 'gzip' },
    {},
    400,
    'COMPRESSION_ILLISIBLE',
  ],
  [
    'something after a gzip',
    Buffer.concat([gzipSync('a;b\n'), Buffer.from('autre')]),
    { 'content-encoding': 'gzip' },
    {},
    400,
    'COMPRESSION_ILLISIBLE',
  ],
  ['no gzip at all', 'a;b\n', { 'content-encoding': 'gzip' }, {}, 400, 'COMPRESSION_ILLISIBLE'],
  [
    'another compression',
    'a;b\n',
    { 'content-encoding': 'br' },
    {},
    415,
    'COMPRESSION_NON_ACCEPTEE',
  ],
  ['another digest', 'a;b\n', { 'content-digest': digest('c') }, {}, 400, 'EMPREINTE_DIFFERENTE'],
  ['an old digest', 'a;b\n', { 'content-digest': 'md5=:AAAA:' }, {}, 400, 'EMPREINTE_ILLISIBLE'],
  [
    'a short digest',
    'a;b\n',
    { 'content-digest': 'sha-256=:AAAA:' },
    {},
    400,
    'EMPREINTE_ILLISIBLE',
  ],
  ['no digest', 'a;b\n', {}, { isDigestRequired: true }, 400, 'EMPREINTE_ABSENTE'],
];
for (const [name, content, headers, changes, status, code] of refused) {
  test(`refused: ${name}`, async () => {
    const answer = await put(content, headers, changes);
    assert.deepEqual([answer.status, answer.body['code']], [status, code]);
  });
}

test('the header that would have done is told', async () => {
  const { headers } = await put('a', {}, { isDigestRequired: true });
  assert.equal(headers.get('want-content-digest'), 'sha-256=10');
  const other = await put('a', { 'content-encoding': 'br' });
  assert.equal(other.headers.get('accept-encoding'), 'gzip');
});

test('content without a length is stopped where it becomes too much', async () => {
  current = { ...limits, bytesMax: 10 };
  const { socket, answer } = raw(
    head('/recevoir', 'transfer-encoding: chunked\r\nconnection: close'),
  );
  socket.write('b\r\nhello world\r\n0\r\n\r\n');
  assert.match(await answer, /^HTTP\/1\.1 413 [^]*CORPS_TROP_GRAND/u);
  assert.deepEqual(readdirSync(path), []);
});

test('content that stops coming is given up', async () => {
  current = { ...limits, idleMs: 30 };
  const { answer } = raw(`${head('/recevoir', 'content-length: 100')}a;b`);
  assert.match(await answer, /^HTTP\/1\.1 408 [^]*ENVOI_INTERROMPU/u);
  assert.deepEqual(readdirSync(path), []);
});

test('content that is cut leaves nothing', async () => {
  current = limits;
  const failed = new Promise<void>((resolve) => failures.push(resolve));
  const { socket } = raw(`${head('/recevoir', 'content-length: 100')}a;b`);
  while (readdirSync(path).length === 0) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await failed;
  assert.deepEqual(readdirSync(path), []);
});

test('the other routes keep their own time', async () => {
  const { answer } = raw(`${head('/vite', 'content-length: 100')}a;b`);
  assert.match(await answer, /^HTTP\/1\.1 408 [^]*HTTP_ILLISIBLE/u);
});

test('a folder that is begun again loses what a killed program left, and nothing else', () => {
  const other = mkdtempSync(join(path, '..', 'reception-'));
  const file = (name: string): string => {
    writeFileSync(join(other, name), '');
    return join(other, name);
  };
  file(`${process.pid}-0123456789abcdef.recu.csv`);
  file('999999999-0123456789abcdef.recu.ndjson');
  file(`${process.ppid}-0123456789abcdef.recu.csv`);
  utimesSync(file(`${process.ppid}-fedcba9876543210.recu.csv`), 0, 0);
  file('autre.csv');
  new ReceptionFolder(other, new Date());
  assert.deepEqual(
    readdirSync(other).sort(),
    [`${process.ppid}-0123456789abcdef.recu.csv`, 'autre.csv'].sort(),
  );
  rmSync(other, { recursive: true });
});

test('preferences are read, and what cannot be is not an error', () => {
  const cases: readonly (readonly [string | undefined, number | undefined, boolean])[] = [
    [undefined, undefined, false],
    ['wait=30', 30, false],
    ['respond-async, wait="10"; x=1, handling=lenient', 10, true],
    ['Wait=5, wait=9', 5, false],
    ['wait=-1, handling=strict', undefined, false],
  ];
  for (const [header, waitSeconds, isLenient] of cases)
    assert.deepEqual(readPrefer(header), { waitSeconds, isLenient });
});
