// What our servers take of EX_OPE_5010 and nothing else, seen from outside by openssl. A refusal means something only because the
// same offer is taken by a server that takes anything: each is made to both.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebServer } from '../../src/web/server.js';
import { webSettings } from '../support/web-server.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { tempFolder } from '../support/extraction-files.js';
import { startServer } from '../support/ldap-server.js';
import {
  anySuite,
  forEachAtOnce,
  handshake,
  permissive,
  sClient,
  sServer,
  type OpensslServer,
} from '../support/openssl.js';

type Place = { readonly name: string; readonly port: number; readonly options: readonly string[] };

let certificates: TestCertificates;
/** Each server with the RSA certificate, the last one with an ECDSA certificate. */
let places: readonly Place[];
let ecdsa: Place;
let control: OpensslServer;
const webs: WebServer[] = [];
const webLines: string[] = [];

before(async () => {
  certificates = await makeCertificates();
  const [rsa, ec] = [writePair('localhost'), writePair('client')];
  const { port, ldapsPort } = await startServer({ tls: rsa });
  places = [
    { name: 'HTTPS', port: await startWeb(rsa), options: [] },
    { name: 'LDAPS', port: ldapsPort, options: [] },
    { name: 'StartTLS', port, options: ['-starttls', 'ldap'] },
  ];
  ecdsa = { name: 'HTTPS, ECDSA', port: await startWeb(ec), options: [] };
  control = await sServer(certificates.localhost, permissive, certificates.client);
});

after(async () => {
  control.stop();
  await Promise.all(webs.map((web) => web.stop()));
});

type Files = { readonly certificate: string; readonly key: string; readonly passphrase: undefined };

function writePair(name: 'localhost' | 'client'): Files {
  const folder = tempFolder();
  const { cert, key } = certificates[name];
  const [certificate, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(certificate, cert);
  writeFileSync(keyFile, key);
  return { certificate, key: keyFile, passphrase: undefined };
}

async function startWeb(tls: Files): Promise<number> {
  const web = new WebServer({
    settings: { ...webSettings, port: 0, tls },
    plugins: [],
    report: (line) => webLines.push(line),
  });
  webs.push(web);
  return Number(new URL(await web.start()).port);
}

type Offer = readonly [name: string, ...options: readonly string[]];

const low = (suite: string): string[] => ['-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`];
const only13 = (suite: string): string[] => ['-tls1_3', '-ciphersuites', suite];
const suites12 = [
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
];
const ecdheOn = (group: string): string[] => [
  ...low('ECDHE-RSA-AES128-GCM-SHA256'),
  '-groups',
  group,
];

const allowed: readonly Offer[] = [
  ['TLS_AES_256_GCM_SHA384', ...only13('TLS_AES_256_GCM_SHA384')],
  ['TLS_CHACHA20_POLY1305_SHA256', ...only13('TLS_CHACHA20_POLY1305_SHA256')],
  ['TLS_AES_128_GCM_SHA256', ...only13('TLS_AES_128_GCM_SHA256')],
  ...suites12.map((suite): Offer => [suite, '-tls1_2', '-cipher', suite]),
  ...['X25519', 'P-256', 'P-384', 'P-521'].flatMap((group): Offer[] => [
    [`${group} in TLS 1.2`, ...ecdheOn(group)],
    [`${group} in TLS 1.3`, '-tls1_3', '-groups', group],
  ]),
];

const forbidden: readonly Offer[] = [
  ['TLS 1.0', '-tls1', ...anySuite],
  ['TLS 1.1', '-tls1_1', ...anySuite],
  ...[
    'ECDHE-RSA-AES256-SHA384',
    'ECDHE-RSA-AES128-SHA',
    'DHE-RSA-AES256-SHA256',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'DHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-CCM8',
    'DHE-RSA-AES128-CCM',
    'DHE-RSA-ARIA256-GCM-SHA384',
    'DHE-RSA-CAMELLIA256-SHA',
    'AES256-GCM-SHA384',
    'AES128-SHA',
    'ADH-AES256-GCM-SHA384',
    'AECDH-AES256-SHA',
    'NULL-SHA256',
  ].map((suite): Offer => [suite, ...low(suite)]),
  // Whatever else this openssl knows, all at once.
  [
    'every suite but the four',
    ...low(['ALL', 'COMPLEMENTOFALL', ...suites12.map((one) => `!${one}`)].join(':')),
  ],
  ['TLS_AES_128_CCM_SHA256', ...only13('TLS_AES_128_CCM_SHA256')],
  ['TLS_AES_128_CCM_8_SHA256', ...only13('TLS_AES_128_CCM_8_SHA256'), '-cipher', 'ALL:@SECLEVEL=0'],
  ...['P-192', 'P-224', 'secp256k1', 'sect283k1', 'X448'].map((group): Offer => [
    `${group} in TLS 1.2`,
    ...ecdheOn(group),
  ]),
  ['X448 in TLS 1.3', '-tls1_3', '-groups', 'X448'],
  ['a signature in SHA-1', ...low('ECDHE-RSA-AES128-GCM-SHA256'), '-sigalgs', 'RSA+SHA1'],
  ['a signature in SHA-224', ...low('ECDHE-RSA-AES128-GCM-SHA256'), '-sigalgs', 'RSA+SHA224'],
];

describe('every server of ours', () => {
  it('takes each of the three suites, the four suites and the four curves', async () => {
    const offers = places.flatMap((place) => allowed.map((offer) => ({ place, offer })));
    await forEachAtOnce(offers, async ({ place, offer: [name, ...options] }) => {
      const end = await handshake(place.port, [...place.options, ...options]);
      assert.ok(end.isDone, `${place.name}, ${name}: ${end.said}`);
      if (/^(TLS_|.*GCM)/u.test(name)) assert.equal(end.suite, name);
      if (name.startsWith('DHE-')) assert.equal(end.key, 'DH, 2048 bits');
    });
  });

  it('refuses everything else, which a permissive server takes', async () => {
    const targets = [...places, { name: 'control', port: control.port, options: [] }];
    // The control serves one at a time: its own offers are spread between the others.
    const offers = forbidden.flatMap((offer) => targets.map((place) => ({ place, offer })));
    const wrong: string[] = [];
    await forEachAtOnce(offers, async ({ place, offer: [name, ...options] }) => {
      const { isDone, said } = await handshake(place.port, [...place.options, ...options]);
      if (isDone !== (place.name === 'control')) wrong.push(`${place.name}, ${name}: ${said}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('prefers its own order of suites, the strongest first', async () => {
    for (const { port, options } of places) {
      const weakest = [...suites12].reverse().join(':');
      const end = await handshake(port, [...options, '-tls1_2', '-cipher', weakest]);
      assert.ok(end.isDone);
      assert.equal(end.suite, suites12[0]);
    }
  });

  it('answers SSL 3.0, which openssl no longer speaks, with an alert', async () => {
    for (const { port } of places.slice(0, 2)) {
      const answer = await firstBytes(port, ssl3Hello);
      // A fatal alert: handshake_failure, which stands for protocol_version in SSL 3.0.
      assert.deepEqual([answer[0], answer[5], answer[6]], [0x15, 2, 40]);
    }
  });

  it('does not negotiate again when the client asks, nor resumes a session, nor compresses', async () => {
    const renew = ['-tls1_2', '-cipher', suites12.join(':')];
    const taken = await sClient(control.port, renew, 'R\nQ\n');
    assert.match(taken, /RENEGOTIATING/u);
    assert.doesNotMatch(taken, /no renegotiation/u);
    for (const { name, port, options } of places) {
      const said = await sClient(port, [...options, ...renew], 'R\nQ\n');
      assert.match(said, /no renegotiation/u, name);
      assert.match(said, /^Compression: NONE$/mu, name);
      assert.doesNotMatch(said, /session ticket:/iu, name);
      for (const version of ['-tls1_2', '-tls1_3']) {
        const kept = join(tempFolder(), 'session');
        // Until the server closes: what it would give to resume with comes after the handshake.
        const whole = [...options, version, '-ign_eof'];
        await sClient(port, [...whole, '-sess_out', kept], farewells[name]);
        if (!existsSync(kept)) continue;
        const again = await sClient(port, [...whole, '-sess_in', kept], farewells[name]);
        assert.match(again, /^New, TLSv1\.[23]/mu, `${name} ${version}`);
      }
    }
  });
});

describe('an ECDSA certificate', () => {
  it('serves TLS 1.3 alone: the four suites of TLS 1.2 are RSA', async () => {
    const modern = await handshake(ecdsa.port, ['-tls1_3']);
    assert.ok(modern.isDone, modern.said);
    for (const options of [['-tls1_2'], ['-tls1_2', ...anySuite]]) {
      assert.equal((await handshake(ecdsa.port, options)).isDone, false);
    }
  });

  it('is told to the administrator', () => {
    assert.equal(webLines.length, 1, webLines.join('\n'));
    assert.match(webLines[0] ?? '', /pas RSA.*TLS 1\.3/u);
  });
});

const unbind = Buffer.from('30050201014200', 'hex');
const farewells: Readonly<Record<string, string | Buffer>> = {
  HTTPS: 'GET / HTTP/1.0\r\n\r\n',
  LDAPS: unbind,
  StartTLS: unbind,
};

/** RFC 6101: a ClientHello of version 3.0 with two suites of its time. */
const ssl3Hello = Buffer.from(
  `16 0300 0031 01 00002d 0300 ${'00'.repeat(32)} 00 0006 002f 0035 000a 01 00`.replaceAll(' ', ''),
  'hex',
);

function firstBytes(port: number, hello: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(hello));
    socket.once('data', (chunk) => {
      resolve(chunk);
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.alloc(0)));
  });
}
