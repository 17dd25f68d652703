// What is in clear stays on this machine: addresses as the settings write them, and the address that was really bound.
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { writeFileSync } from 'node:fs';
import { get as getPlain, type IncomingHttpHeaders } from 'node:http';
import { get as getSecure } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from '../../src/config/load-settings.js';
import { assertStaysHere, isLoopback } from '../../src/domain/adresse-reseau.js';
import { Listener } from '../../src/ldap/server/listener.js';
import { isLoopbackUrl } from '../../src/net/loopback.js';
import { WebServer } from '../../src/web/server.js';
import { makeCertificates } from '../support/certificates.js';
import { webSettings } from '../support/web-server.js';
import { tempFolder } from '../support/extraction-files.js';

const inside = [
  '127.0.0.1',
  '127.255.3.4',
  'localhost',
  'LocalHost',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::0001',
  '::ffff:127.0.0.1',
  '::FFFF:7f00:1',
];
const outside = [
  '0.0.0.0',
  '::',
  '192.0.2.1',
  '128.0.0.1',
  '127.0.0.256',
  '127.1',
  '2001:db8::1',
  '1::1',
  '::1:1',
  '::ffff:192.0.2.1',
  '::ffff:c000:201',
  '::ffff:0.0.0.0',
  'fe80::1',
  'localhost.exemple.fr',
  '127.0.0.1.exemple.fr',
  'ip6-localhost',
  'mon-serveur',
];

test('an address of this machine alone is told from one that the network sees', () => {
  for (const host of inside) assert.ok(isLoopback(host), host);
  for (const host of outside) assert.ok(!isLoopback(host), host);
  assert.ok(isLoopbackUrl(new URL('http://[::1]:80/')));
  assert.ok(isLoopbackUrl(new URL('http://[::ffff:127.0.0.1]/')));
  assert.ok(!isLoopbackUrl(new URL('http://[::]/')));
});

const listeners = [
  ['web', (host: string, more: string) => `web: { adresse: '${host}'${more} }`],
  ['ldap', (host: string, more: string) => `ldap: { adresses: ['${host}']${more} }`],
  ['simulateur', (host: string, more: string) => `simulateur: { adresse: '${host}'${more} }`],
] as const;

for (const [section, write] of listeners) {
  test(`${section} in clear listens on this machine alone, unless a setting says otherwise`, () => {
    const file = join(tempFolder(), 'annuaire-sync.yaml');
    const load = (host: string, more = ''): unknown => {
      writeFileSync(
        file,
        `operateur: { nom: x, domaines: [a.mssante.fr] }\n${write(host, more)}\n`,
      );
      return loadSettings(file, {});
    };
    for (const host of inside) load(host);
    for (const host of outside) {
      assert.throws(
        () => load(host),
        new RegExp(`${section}\\.adresse.*clairHorsBoucle`, 'su'),
        host,
      );
      load(host, ', clairHorsBoucle: true');
    }
  });
}

test('a name of this machine that leads elsewhere is refused once bound', () => {
  assertStaysHere('localhost', '127.0.0.1');
  assertStaysHere('localhost', '::1');
  // Outside, the settings have said so.
  assertStaysHere('0.0.0.0', '0.0.0.0');
  assert.throws(() => assertStaysHere('localhost', '192.0.2.1'), /ECOUTE|hosts/u);
});

test('a server whose name leads elsewhere does not stay bound', async (t) => {
  const elsewhere: typeof dns.lookup = Object.assign(
    (_name: string, options: unknown, done?: unknown): void => {
      const isAll =
        typeof options === 'object' && options !== null && 'all' in options && options.all;
      const answer = typeof options === 'function' ? options : done;
      assert.ok(typeof answer === 'function');
      Reflect.apply(
        answer,
        undefined,
        isAll ? [null, [{ address: '0.0.0.0', family: 4 }]] : [null, '0.0.0.0', 4],
      );
    },
    { __promisify__: dns.lookup.__promisify__ },
  );
  t.mock.method(dns, 'lookup', elsewhere);
  const settings = { ...webSettings, host: 'localhost' };
  const web = new WebServer({ settings, plugins: [], report: () => undefined });
  await assert.rejects(web.start(), { code: 'ECOUTE_HORS_BOUCLE' });
  const listener = { host: 'localhost', port: 0, isLdaps: false };
  const ldap = new Listener(
    listener,
    { trusted: undefined, headerTimeoutMs: 1_000, waitingMax: 1 },
    () => undefined,
  );
  await assert.rejects(ldap.listen(), { code: 'ECOUTE_HORS_BOUCLE' });
  ldap.close();
});

test('over TLS every answer asks browsers to come back over TLS; in clear none does', async (t) => {
  const { cert, key } = (await makeCertificates()).localhost;
  const [certificate, keyFile] = [join(tempFolder(), 'cert.pem'), join(tempFolder(), 'key.pem')];
  writeFileSync(certificate, cert);
  writeFileSync(keyFile, key);
  const tls = { certificate, key: keyFile, passphrase: undefined };
  for (const [one, expected] of [
    [tls, 'max-age=31536000'],
    [undefined, undefined],
  ] as const) {
    const web = new WebServer({
      settings: { ...webSettings, tls: one },
      plugins: [],
      report: () => undefined,
    });
    t.after(() => web.stop());
    const url = await web.start();
    const get = one ? getSecure : getPlain;
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      get(`${url}/rien`, { ca: cert, rejectUnauthorized: false }, (response) => {
        resolve(response.headers);
        response.destroy();
      }).on('error', reject);
    });
    assert.equal(headers['strict-transport-security'], expected);
  }
});
