// TLS, client certificates, certificates replaced while running, and clients behind a balancer.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import {
  makeCertificates,
  type KeyPair,
  type TestCertificates,
} from '../../support/certificates.js';
import { tempFolder } from '../../support/extraction-files.js';
import {
  connectRaw,
  connectRawTls,
  isNoticeOfDisconnection,
  type RawClient,
} from '../../support/ldap-raw-client.js';
import {
  allowance,
  baseDn,
  leftUntil,
  snapshotOf,
  startServer,
  type RunningServer,
} from '../../support/ldap-server.js';
import {
  applicationTag,
  bindRequest,
  extendedRequest,
  integer,
  message,
  octets,
  searchRequest,
  tlv,
} from '../../support/ldap-wire.js';

let certificates: TestCertificates;
let files: { certificate: string; key: string; clientAuthorities: string[] };
let running: RunningServer;

before(async () => {
  certificates = await makeCertificates();
  files = writeFiles(certificates.localhost);
  const account = { name: 'lps', dn: undefined, passwordHash: undefined, allowance };
  running = await startServer({
    tls: files,
    access: {
      accounts: [
        { ...account, certificateSubject: 'cn=CLIENT' },
        { ...account, name: 'automate', certificateSubject: namedDn },
      ],
    },
  });
});

/** `namedSubject` with the names of OpenSSL, of Windows, of nobody, and other cases and spaces. */
const namedDn =
  'emailAddress=robot@exemple.fr, SERIALNUMBER=42+cn=Automate,2.5.4.97=NTRFR-123,o=clinique  ÉTÉ,S=Ile-de-France,c=fr';

function writeFiles({ cert, key }: KeyPair): typeof files {
  const folder = tempFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return {
    certificate: write('cert.pem', cert),
    key: write('cle.pem', key),
    clientAuthorities: [write('ca.pem', certificates.ca)],
  };
}

const trust = (): { ca: string } => ({ ca: certificates.ca });
const startTls = extendedRequest('1.3.6.1.4.1.1466.20037');
const external = tlv(
  applicationTag.bindRequest,
  integer(3),
  octets(''),
  tlv(0xa3, octets('EXTERNAL')),
);

async function whoIs(client: RawClient): Promise<string> {
  const answer = await client.ask(extendedRequest('1.3.6.1.4.1.4203.1.11.3'));
  return answer.value?.toString() ?? 'none';
}

test('StartTLS goes on under TLS, once', async () => {
  const clear = await connectRaw(running.port);
  assert.equal((await clear.startTls()).code, 0);
  const client = await clear.secure(trust());
  assert.equal((await client.search({ base: baseDn })).entries.length, 21);
  assert.equal((await client.startTls()).code, 1);
  await client.drop();
});

test('clear text sent behind StartTLS is never taken for what comes under TLS', async () => {
  const client = await connectRaw(running.port);
  const injected = message(2, searchRequest({ base: baseDn }));
  client.write(Buffer.concat([message(1, startTls), injected]));
  assert.equal((await client.result(1)).code, 0);
  const next = await client.next().catch(() => undefined);
  assert.equal(next, undefined);
  await client.closed;
});

test('a client that asks for StartTLS and never begins, or never ends, is cut', async () => {
  const { port, server } = await startServer({ tls: files, limits: { firstMessageMs: 200 } });
  const allGone = leftUntil(server, 0);
  const silent = await connectRaw(port);
  assert.equal((await silent.startTls()).code, 0);
  const slow = await connectRaw(port);
  assert.equal((await slow.startTls()).code, 0);
  // The header of a record of 16,000 bytes, then a byte now and then: no timeout of the socket's own would end it.
  slow.write(Buffer.from('1603013e80', 'hex'));
  const drip = setInterval(() => slow.write(Buffer.from([1])), 20);
  await Promise.all([silent.closed, slow.closed, allGone]).finally(() => clearInterval(drip));
});

test('StartTLS is refused while a search is being answered', async () => {
  const { port, server } = await startServer({ tls: files });
  server.serve(snapshotOf(20_000, 'gros', 1_000));
  const client = await connectRaw(port);
  client.send(searchRequest({ base: baseDn }));
  await client.next();
  assert.equal((await client.startTls()).code, 1);
  await client.drop();
});

test('LDAPS serves, and what is not TLS is closed', async () => {
  const client = await connectRawTls(running.ldapsPort, trust());
  assert.equal((await client.search({ base: baseDn })).entries.length, 21);
  const clear = await connectRaw(running.ldapsPort);
  clear.send(bindRequest());
  await clear.closed;
  await client.drop();
});

for (const [name, options, isAccepted] of [
  ['TLS 1.3', ['-tls1_3'], true],
  ['TLS 1.2 with an allowed suite', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'], true],
  ['TLS 1.1', ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], false],
  ['a CBC suite', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES256-SHA384'], false],
  ['a suite without forward secrecy', ['-tls1_2', '-cipher', 'AES256-GCM-SHA384'], false],
] as const) {
  test(`${name} is ${isAccepted ? 'accepted' : 'refused'}`, async () => {
    const output = await openssl(['-connect', `127.0.0.1:${running.ldapsPort}`, ...options]);
    assert.equal(/Cipher is (?!\(NONE\))/u.test(output), isAccepted, output);
  });
}

function openssl(options: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('openssl', ['s_client', ...options]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    child.on('close', () => resolve(output));
    child.stdin.end();
  });
}

test('EXTERNAL takes the account of a certificate that the authority signed', async () => {
  const { cert, key } = certificates.client;
  const client = await connectRawTls(running.ldapsPort, { ...trust(), cert, key });
  assert.equal((await client.ask(external)).code, 0);
  assert.equal(await whoIs(client), 'u:lps');
  await client.drop();
});

test('EXTERNAL knows a subject by the numbers of its types, however the settings spell them', async () => {
  const { cert, key } = certificates.named;
  const client = await connectRawTls(running.ldapsPort, { ...trust(), cert, key });
  assert.equal((await client.ask(external)).code, 0);
  assert.equal(await whoIs(client), 'u:automate');
  await client.drop();
});

test('EXTERNAL is refused without a certificate, and to one that has no account', async () => {
  const none = await connectRawTls(running.ldapsPort, trust());
  assert.equal((await none.ask(external)).code, 48);
  const { cert, key } = certificates.otherHost;
  const other = await connectRawTls(running.ldapsPort, { ...trust(), cert, key });
  assert.equal((await other.ask(external)).code, 49);
  assert.equal(await whoIs(other), '');
  await Promise.all([none.drop(), other.drop()]);
});

test('in clear, where TLS is required, only StartTLS and the root DSE are answered', async () => {
  const { port } = await startServer({ tls: files, access: { isTlsRequired: true } });
  const clear = await connectRaw(port);
  assert.equal((await clear.bind()).code, 13);
  assert.equal((await clear.search({ base: baseDn })).result.code, 13);
  assert.equal((await clear.search({ base: '', scope: 0 })).result.code, 0);
  assert.equal((await clear.startTls()).code, 0);
  const client = await clear.secure(trust());
  assert.equal((await client.bind()).code, 0);
  assert.equal((await client.search({ base: baseDn })).result.code, 0);
  await client.drop();
});

test('a certificate is replaced for connections to come; one that is no good changes nothing', async () => {
  const own = writeFiles(certificates.localhost);
  const { server, ldapsPort } = await startServer({ tls: own });
  const subjectNow = async (): Promise<unknown> => {
    const client = await connectRawTls(ldapsPort, { rejectUnauthorized: false });
    const { socket } = client;
    assert.ok(socket instanceof TLSSocket);
    const { subject } = socket.getPeerCertificate();
    await client.drop();
    return subject.CN;
  };
  assert.equal(await subjectNow(), 'localhost');
  const kept = await connectRawTls(ldapsPort, trust());
  writeFileSync(own.certificate, certificates.otherHost.cert);
  assert.throws(() => server.tls?.reload(), { code: 'CERTIFICAT_LDAP_INVALIDE' });
  assert.equal(await subjectNow(), 'localhost');
  writeFileSync(own.key, certificates.otherHost.key);
  server.tls?.reload();
  assert.equal(await subjectNow(), 'other');
  assert.equal((await kept.bind()).code, 0);
  await kept.drop();
});

function proxyHeader(address: readonly number[], command = 0x21): Buffer {
  const body = Buffer.from([...address, 127, 0, 0, 1, 0x30, 0x39, 0x01, 0x85]);
  const head = Buffer.from([command, 0x11, 0, body.length]);
  return Buffer.concat([Buffer.from('0d0a0d0a000d0a515549540a', 'hex'), head, body]);
}

test('behind a trusted balancer limits go by the address that its header gives', async () => {
  const { port } = await startServer({
    proxy: { trusted: ['127.0.0.0/8'] },
    limits: { connectionsPerAddressMax: 1 },
  });
  const open = async (last: number): Promise<RawClient> => {
    const client = await connectRaw(port);
    client.write(Buffer.concat([proxyHeader([192, 0, 2, last]), message(1, bindRequest())]));
    return client;
  };
  const [first, second] = [await open(1), await open(2)];
  assert.equal((await first.result(1)).code, 0);
  assert.equal((await second.result(1)).code, 0);
  const third = await open(1);
  assert.ok(isNoticeOfDisconnection(await third.next()));
  await Promise.all([first.drop(), second.drop(), third.drop()]);
});

test('a header in pieces and the health check of a balancer are understood, anything else is closed', async () => {
  const { port } = await startServer({ proxy: { trusted: ['127.0.0.1'] } });
  const whole = Buffer.concat([proxyHeader([192, 0, 2, 1]), message(1, bindRequest())]);
  const pieces = await connectRaw(port);
  for (const byte of whole) {
    pieces.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await pieces.result(1)).code, 0);
  const local = await connectRaw(port);
  local.write(Buffer.concat([proxyHeader([0, 0, 0, 0], 0x20), message(1, bindRequest())]));
  assert.equal((await local.result(1)).code, 0);
  for (const bytes of [
    message(1, bindRequest()),
    Buffer.from('PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n'),
    proxyHeader([192, 0, 2, 1], 0x11),
  ]) {
    const refused = await connectRaw(port);
    refused.write(bytes);
    assert.equal(await refused.next(), undefined);
  }
  await Promise.all([pieces.drop(), local.drop()]);
});

test('a header from an address that is not trusted is no LDAP message', async () => {
  const { port } = await startServer({ proxy: { trusted: ['192.0.2.0/24'] } });
  const client = await connectRaw(port);
  client.write(proxyHeader([192, 0, 2, 1]));
  assert.ok(isNoticeOfDisconnection(await client.next()));
  await client.closed;
});

test('TLS works behind a PROXY header', async () => {
  const { ldapsPort } = await startServer({ tls: files, proxy: { trusted: ['127.0.0.1'] } });
  const clear = await connectRaw(ldapsPort);
  clear.write(proxyHeader([192, 0, 2, 1]));
  const client = await clear.secure(trust());
  assert.equal((await client.search({ base: baseDn })).entries.length, 21);
  await client.drop();
});
