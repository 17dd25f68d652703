// A renewed certificate put in service by the web server itself: what is no good is refused, who is connected stays so.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { connect } from 'node:tls';
import { CertificateWatch } from '../../src/net/certificate-watch.js';
import { WebServer } from '../../src/web/server.js';
import { makeFaultyCertificates } from '../support/certificate-faults.js';
import { makeCertificates, type TestCertificates } from '../support/certificates.js';
import { tempFolder } from '../support/extraction-files.js';
import { anySuite, handshake } from '../support/openssl.js';
import { webSettings } from '../support/web-server.js';

const folder = tempFolder();
const files = {
  certificate: join(folder, 'cert.pem'),
  key: join(folder, 'key.pem'),
  passphrase: undefined,
};
const lines: string[] = [];
let certificates: TestCertificates;
let web: WebServer;
let watch: CertificateWatch;
let port: number;

before(async () => {
  certificates = await makeCertificates();
  writeFileSync(files.certificate, certificates.localhost.cert);
  writeFileSync(files.key, certificates.localhost.key);
  web = new WebServer({
    settings: { ...webSettings, tls: files },
    plugins: [],
    report: () => undefined,
  });
  port = Number(new URL(await web.start()).port);
  // Looked at by the tests themselves, never by time.
  watch = new CertificateWatch(
    {
      nom: 'web',
      files,
      reload: () => web.reloadCertificate(),
      report: (line) => lines.push(line),
    },
    3_600_000,
  );
  await watch.check();
});
after(async () => {
  watch.stop();
  await web.stop();
});

function nameShown(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

function ask(agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: '/rien', agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

it('is refused while it is no pair, told once, and served once it is one; connections live on', async () => {
  const kept = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  assert.equal(await ask(kept), 404);
  const { otherHost } = certificates;

  await watch.check();
  assert.equal(lines.length, 0);

  writeFileSync(files.certificate, otherHost.cert);
  await watch.check();
  await watch.check();
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(
    lines[0] ?? '',
    /refusé, le précédent reste en service.*n’est pas celle du certificat/u,
  );
  assert.equal(await nameShown(), 'localhost');

  writeFileSync(files.key, otherHost.key.slice(0, 60));
  await watch.check();
  assert.match(lines[1] ?? '', /refusé/u);
  assert.equal(await nameShown(), 'localhost');

  writeFileSync(files.key, otherHost.key);
  await watch.check();
  assert.match(lines[2] ?? '', /^Certificat web relu/u);
  // Of a P-256 key, what it means is said.
  assert.match(lines[3] ?? '', /TLS 1\.3/u);
  assert.equal(await nameShown(), 'other');
  assert.equal(await ask(kept), 404);
  kept.destroy();
});

it('is read again on demand, under the same policy as the first', async () => {
  writeFileSync(files.certificate, certificates.localhost.cert);
  writeFileSync(files.key, certificates.localhost.key);
  watch.reload();
  assert.equal(await nameShown(), 'localhost');
  for (const options of [
    ['-tls1_1', ...anySuite],
    ['-tls1_2', '-cipher', 'ECDHE-RSA-AES256-SHA384:AES256-GCM-SHA384:@SECLEVEL=0'],
    ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
    ['-tls1_2', '-groups', 'P-224', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0'],
  ])
    assert.equal((await handshake(port, options)).isDone, false, options.join(' '));
  for (const suite of ['ECDHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES128-GCM-SHA256']) {
    const end = await handshake(port, ['-tls1_2', '-cipher', suite]);
    assert.ok(end.isDone, end.said);
  }
});

it('with a key too short for the référentiel is refused, saying so', async () => {
  const { weakKey } = (await makeFaultyCertificates()).faults;
  writeFileSync(files.certificate, weakKey.cert);
  writeFileSync(files.key, weakKey.key);
  watch.reload();
  assert.match(lines.at(-1) ?? '', /refusé.*RSA de 1024 bits, il en faut 2048/su);
  assert.equal(await nameShown(), 'localhost');
});
