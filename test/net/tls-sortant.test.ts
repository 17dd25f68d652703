// What the program accepts of the servers that it connects to (EX_OPE_5010), for every kind of connection it makes: each suite of
// the référentiel, and nothing of what is weaker; a refusal names the server, what is wrong and what to do.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { connect, type TlsOptions } from 'node:tls';
import { checkExternalServer } from '../../src/db/external-server.js';
import { messageOf } from '../../src/errors.js';
import { LdapSession } from '../../src/inventory/ldap/client.js';
import { partagerDomaines } from '../../src/domain/source-inventaire.js';
import { ouvrirSql, type SourceSql } from '../../src/inventory/sql/ouvrir.js';
import { createTlsContext } from '../../src/net/tls-context.js';
import { openSmtp } from '../../src/notify/smtp-session.js';
import { createWebhookDispatcher, postWebhook } from '../../src/notify/webhook.js';
import { Fournisseur } from '../../src/web/connexion/fournisseur.js';
import { makeFaultyCertificates, type FaultyCertificates } from '../support/certificate-faults.js';
import { download, optionsFor } from '../support/download.js';
import { feedClient, insertPer } from '../support/feed.js';
import { sourceLdap } from '../support/inventaire-ldap.js';
import { mailSettings } from '../support/smtp.js';
import { tlsPlace, type Preamble } from '../support/tls-place.js';
import { webhookSettings } from '../support/webhook.js';
import { testFolder } from '../support/zip-files.js';

let certificates: FaultyCertificates;
before(async () => {
  certificates = await makeFaultyCertificates();
});

/** What the program says of its attempt, which always fails: the server hangs up after the handshake. */
type Attempt = (port: number, t: TestContext) => Promise<string>;

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => assert.fail('le serveur a raccroché'),
    (error: unknown) => messageOf(error),
  );
const ca = (): string[] => [certificates.ca];

const connections: readonly (readonly [name: string, preamble: Preamble, attempt: Attempt])[] = [
  [
    'a download',
    'none',
    async (port, t) =>
      said(download(optionsFor(`https://127.0.0.1:${port}/x`, await testFolder(t), { ca: ca() }))),
  ],
  ['the feed', 'none', (port, t) => askFeed(t, new URL(`https://127.0.0.1:${port}`))],
  [
    'the token of the feed',
    'none',
    (port, t) => {
      const url = new URL(`https://127.0.0.1:${port}/jeton`);
      const oauth2 = { url, clientId: 'x', clientSecret: 'x', portee: undefined };
      return askFeed(t, new URL('https://127.0.0.1:1'), { oauth2 });
    },
  ],
  ['a webhook', 'none', askWebhook],
  ['SMTP', 'none', (port) => askSmtp(port, 'tls')],
  ['SMTP, STARTTLS', 'smtp', (port) => askSmtp(port, 'starttls')],
  ['a provider of OpenID', 'none', askProvider],
  ['LDAPS', 'none', (port) => askLdap({ url: `ldaps://127.0.0.1:${port}` })],
  [
    'LDAP, StartTLS',
    'ldap',
    (port) => askLdap({ url: `ldap://127.0.0.1:${port}`, startTls: true }),
  ],
  ['an inventory in SQL', 'postgresql', (port) => askSql(port)],
  ['the database', 'postgresql', (port) => said(checkExternalServer(sqlOf(port).url))],
];

async function askFeed(
  t: TestContext,
  url: URL,
  more: Parameters<typeof feedClient>[2] = {},
): Promise<string> {
  const answer = await feedClient(t, url, { ca: ca(), ...more }).patch(insertPer);
  return 'message' in answer ? answer.message : assert.fail(answer.kind);
}

async function askWebhook(port: number): Promise<string> {
  const settings = webhookSettings([], { ca: ca() });
  const dispatcher = createWebhookDispatcher(settings);
  const call = { url: new URL(`https://127.0.0.1:${port}/`), headers: {}, body: '{}' };
  const times = { now: new Date(), signal: new AbortController().signal };
  const { message } = await postWebhook(call, dispatcher, settings, times);
  await dispatcher.destroy();
  return message;
}

function askSmtp(port: number, chiffrement: 'tls' | 'starttls'): Promise<string> {
  const { smtp } = mailSettings(port, { smtp: { hote: '127.0.0.1', ca: ca(), chiffrement } });
  return said(openSmtp(smtp, new AbortController().signal));
}

async function askProvider(port: number): Promise<string> {
  const url = `https://127.0.0.1:${port}`;
  const provider = new Fournisseur({
    nom: 'Pro Santé Connect',
    reglage: 'professionnels.psc',
    decouverte: new URL(url),
    emetteur: url,
    clientId: 'x',
    methode: { genre: 'basic', secret: 'x' },
    portees: 'openid',
    acrDemandes: [],
    acrAcceptes: undefined,
    adresseRetour: new URL(url),
    adresseApresDeconnexion: new URL(url),
    connexionMs: 10_000,
    reponseMs: 10_000,
    reponseOctetsMax: 65_536,
    decouverteFraicheMs: 60_000,
    proxy: undefined,
    ca: ca(),
  });
  const message = await said(provider.configuration(new Date()));
  await provider.close();
  return message;
}

function askLdap(more: { readonly url: string; readonly startTls?: boolean }): Promise<string> {
  const tls = createTlsContext(ca(), undefined);
  return said(
    LdapSession.open({ ...sourceLdap(1, { ...more, tls }).connexion, attributs: ['mail'] }),
  );
}

function askSql(port: number): Promise<string> {
  const [source] = partagerDomaines([{ nom: 'gestion', domaines: undefined }]);
  assert.ok(source);
  const context = {
    now: new Date(),
    limits: { rowsMax: 10, faultsKeptMax: 10 },
    signal: undefined,
  };
  return said(ouvrirSql(sqlOf(port), source, context).open(() => undefined));
}

function sqlOf(port: number): SourceSql {
  const url = `postgresql://x:x@127.0.0.1:${port}/x?sslmode=verify-full&sslrootcert=${certificates.caFile}`;
  return { url, requete: 'select 1', totalMs: 10_000, requeteMaxMs: 10_000 };
}

const suites12 = [
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES128-GCM-SHA256',
];
const suites13 = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
];

const only12 = (ciphers: string, more: TlsOptions = {}): TlsOptions => ({
  maxVersion: 'TLSv1.2',
  ciphers: `${ciphers}:@SECLEVEL=0`,
  dhparam: 'auto',
  ...more,
});

/** RFC 2409, the group of 1024 bits. */
const smallDh = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
`;

const weak: readonly (readonly [name: string, options: TlsOptions])[] = [
  ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
  ['a suite in CBC', only12('ECDHE-RSA-AES256-SHA384')],
  ['a suite without forward secrecy', only12('AES256-GCM-SHA384')],
  ['CHACHA20 in TLS 1.2', only12('ECDHE-RSA-CHACHA20-POLY1305')],
  ['ARIA', only12('ECDHE-ARIA256-GCM-SHA384')],
  ['DH of 1024 bits', only12('DHE-RSA-AES256-GCM-SHA384', { dhparam: smallDh })],
  ['the curve P-224', only12('ECDHE-RSA-AES256-GCM-SHA384', { ecdhCurve: 'P-224' })],
  ['a signature in SHA-1', only12('ECDHE-RSA-AES256-GCM-SHA384', { sigalgs: 'RSA+SHA1' })],
  ['CCM in TLS 1.3', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_SHA256' }],
  ['the curve X448 in TLS 1.3', { minVersion: 'TLSv1.3', ecdhCurve: 'X448' }],
];

describe('the weak servers of this test', () => {
  for (const [name, options] of weak)
    it(`serve whoever takes anything: ${name}`, async (t) => {
      const { port, done } = await tlsPlace(t, { ...certificates.good, ...options });
      const lax = {
        minVersion: 'TLSv1',
        ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:ALL:@SECLEVEL=0',
        ecdhCurve: 'X25519:P-256:P-224:X448',
        rejectUnauthorized: false,
        minDHSize: 512,
      } as const;
      const socket = connect({ ...lax, host: '127.0.0.1', port });
      await new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
      assert.equal(done.length, 1);
    });
});

for (const [name, preamble, attempt] of connections) {
  describe(name, () => {
    it('is made with each suite of the référentiel', async (t) => {
      for (const suite of [...suites12, ...suites13]) {
        const version = suite.startsWith('TLS_') ? {} : ({ maxVersion: 'TLSv1.2' } as const);
        const options = { ...certificates.good, ...version, ciphers: suite, dhparam: 'auto' };
        const { port, done } = await tlsPlace(t, options, preamble);
        const message = await attempt(port, t);
        assert.ok(done.length > 0 && done.every((one) => one === suite), `${suite}: ${message}`);
      }
    });

    it('is refused to a server that has nothing better than what is forbidden', async (t) => {
      for (const [what, options] of weak) {
        const tls = { ...certificates.good, ...options };
        const { port, done } = await tlsPlace(t, tls, preamble);
        const message = await attempt(port, t);
        assert.deepEqual(done, [], `${what}: ${message}`);
        assert.match(message, new RegExp(`127\\.0\\.0\\.1:${port}`, 'u'), what);
        assert.match(message, /EX_OPE_5010/u, what);
      }
    });

    it('is refused to a server that is not proven to be the right one', async (t) => {
      for (const [fault, expected] of [
        ['otherHost', /n'est pas celui de ce serveur/u],
        ['expired', /a expiré/u],
        ['future', /n'est pas encore valable.*heure de cette machine/u],
        ['selfSigned', /autorité inconnue/u],
        ['incompleteChain', /chaîne entière.*IGC-Santé/u],
        ['weakKey', /moins de 2048 bits/u],
      ] as const) {
        // Level 0 lets the server show a key of 1024 bits.
        const options = { ...certificates.faults[fault], ciphers: 'DEFAULT:@SECLEVEL=0' };
        const { port } = await tlsPlace(t, options, preamble);
        const message = await attempt(port, t);
        assert.match(message, new RegExp(`127\\.0\\.0\\.1:${port}`, 'u'), fault);
        assert.match(message, expected, fault);
      }
    });
  });
}

it('the same authorities and certificate make one context, others another', () => {
  const once = createTlsContext(ca(), undefined);
  assert.equal(createTlsContext([...ca()], undefined), once);
  assert.notEqual(createTlsContext(undefined, undefined), once);
  assert.notEqual(createTlsContext([...ca(), ...ca()], undefined), once);
  for (let fault = 0; fault < 2; fault += 1) {
    assert.throws(() => createTlsContext(['rien'], undefined), { code: 'CA_INVALIDE' });
  }
});
