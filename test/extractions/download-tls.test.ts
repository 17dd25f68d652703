import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { type TestContext, before, describe, it } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import type { DownloadOptions } from '../../src/extractions/download-options.js';
import { type TestCertificates, makeCertificates, pfxPassphrase } from '../support/certificates.js';
import {
  download,
  failureOf,
  fileOf,
  optionsFor,
  recordedSeams,
  someText,
} from '../support/download.js';
import { connectProxy, faultyServer, status, whole } from '../support/faulty-server.js';
import { testFolder, writeIn } from '../support/zip-files.js';

const published = { body: someText(50_000), fileName: 'x_202608261013.txt' };

let certificates: TestCertificates;
before(async () => {
  certificates = await makeCertificates();
});

async function tlsServer(t: TestContext, tls: TlsOptions = certificates.localhost) {
  return faultyServer(t, [whole(published)], tls);
}

async function fails(
  t: TestContext,
  url: string,
  more: Partial<DownloadOptions>,
): Promise<{ code: string; message: string }> {
  const folder = await testFolder(t);
  const seams = recordedSeams();
  const error = await failureOf(download(optionsFor(url, folder, more), seams));
  assert.deepEqual(seams.waits, [], error.message);
  assert.deepEqual(await readdir(folder), []);
  return error;
}

describe('a server under an authority that no public store knows', () => {
  it('is trusted once the authority is added to the setting', async (t) => {
    const server = await tlsServer(t);
    const folder = await testFolder(t);
    const options = optionsFor(server.url, folder, { ca: [`Racine\n${certificates.ca}`] });
    assert.deepEqual(await readFile(fileOf(await download(options)).path), published.body);
  });

  it('is refused without it, naming the setting', async (t) => {
    const server = await tlsServer(t);
    const error = await fails(t, server.url, {});
    assert.equal(error.code, 'TLS_AC_INCONNUE');
    assert.match(error.message, /« reseau.ca »/);
    assert.equal(server.seen.length, 0);
  });

  it('is refused even when the environment asks to verify nothing', async (t) => {
    const server = await tlsServer(t);
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    t.after(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
    assert.equal((await fails(t, server.url, {})).code, 'TLS_AC_INCONNUE');
  });

  it('is refused when it is another host, or out of date', async (t) => {
    const other = await tlsServer(t, certificates.otherHost);
    const ca = [certificates.ca];
    const wrongName = await fails(t, other.url, { ca });
    assert.equal(wrongName.code, 'TLS_NOM');
    assert.match(wrongName.message, /« from »/);
    const expired = await tlsServer(t, certificates.expired);
    const outdated = await fails(t, expired.url, { ca });
    assert.equal(outdated.code, 'TLS_CERTIFICAT_EXPIRE');
    assert.match(outdated.message, /l'heure de cette machine/);
  });

  it('is refused below TLS 1.2, or with a forbidden cipher suite', async (t) => {
    const ca = [certificates.ca];
    const weak: TlsOptions[] = [
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-SHA384:AES256-GCM-SHA384' },
    ];
    for (const tls of weak) {
      const server = await tlsServer(t, { ...certificates.localhost, ...tls });
      const { code } = await fails(t, server.url, { ca });
      assert.match(code, /^TLS_(VERSION|NEGOCIATION)$/);
    }
  });

  it('is reached in TLS 1.2 with each suite of EX_OPE_5010', async (t) => {
    for (const ciphers of [
      'ECDHE-RSA-AES256-GCM-SHA384',
      'ECDHE-RSA-AES128-GCM-SHA256',
      'DHE-RSA-AES256-GCM-SHA384',
      'DHE-RSA-AES128-GCM-SHA256',
    ]) {
      const tls: TlsOptions = {
        ...certificates.localhost,
        maxVersion: 'TLSv1.2',
        ciphers,
        dhparam: 'auto',
      };
      const server = await tlsServer(t, tls);
      const options = optionsFor(server.url, await testFolder(t), { ca: [certificates.ca] });
      assert.equal((await download(options)).kind, 'downloaded', ciphers);
    }
  });

  it('is not followed where it sends in clear', async (t) => {
    const plain = await faultyServer(t, [whole(published)]);
    const server = await faultyServer(
      t,
      [status(302, { location: plain.url })],
      certificates.localhost,
    );
    const more = { ca: [certificates.ca], allowPlainHttp: true };
    const error = await fails(t, server.url, more);
    assert.equal(error.code, 'HTTP_DEGRADE');
    assert.equal(plain.seen.length, 0);
  });

  it('that speaks no TLS is told from one that does', async (t) => {
    const plain = await faultyServer(t, [whole(published)]);
    const error = await fails(t, plain.url.replace('http', 'https'), {});
    assert.equal(error.code, 'TLS_ABSENT', error.message);
  });

  it('needs an authority that is one', async (t) => {
    for (const ca of [
      '',
      'igc-sante.pem',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    ]) {
      const error = await fails(t, 'https://127.0.0.1:1', { ca: [certificates.ca, ca] });
      assert.equal(error.code, 'CA_INVALIDE');
      assert.match(error.message, /« reseau.ca »/);
    }
  });
});

describe('a server that wants a client certificate', () => {
  const wanting = (): TlsOptions => ({
    ...certificates.localhost,
    ca: certificates.ca,
    requestCert: true,
  });

  it('gets it, in PEM or PKCS#12', async (t) => {
    const server = await tlsServer(t, wanting());
    for (const clientCertificate of [
      certificates.client,
      { pfx: certificates.clientPfx, passphrase: pfxPassphrase },
    ]) {
      const more = { ca: [certificates.ca], clientCertificate };
      const options = optionsFor(server.url, await testFolder(t), more);
      assert.equal((await download(options)).kind, 'downloaded');
    }
  });

  it('refuses us without it, or with that of an authority it does not know, in both versions', async (t) => {
    const strangers = await makeCertificates();
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      const server = await tlsServer(t, { ...wanting(), maxVersion });
      for (const clientCertificate of [undefined, strangers.client]) {
        const more = { ca: [certificates.ca], clientCertificate };
        const folder = await testFolder(t);
        const error = await failureOf(download(optionsFor(server.url, folder, more)));
        assert.match(error.message, /« tls.certificat »/, error.code);
        assert.equal(server.seen.length, 0);
      }
    }
  });

  it('is the only one to see it: a redirect or a fallback elsewhere does not', async (t) => {
    const asked: boolean[] = [];
    const target = await faultyServer(
      t,
      [
        (request, response) => {
          const peer = 'getPeerCertificate' in request.socket && request.socket.getPeerCertificate;
          assert.ok(typeof peer === 'function');
          asked.push(Object.keys(Reflect.apply(peer, request.socket, []) as object).length > 0);
          whole(published)(request, response);
        },
      ],
      {
        ...certificates.localhost,
        ca: certificates.ca,
        requestCert: true,
        rejectUnauthorized: false,
      },
    );
    const server = await faultyServer(
      t,
      [status(302, { location: target.url }), status(302, { location: target.url }), status(404)],
      wanting(),
    );
    const more = {
      ca: [certificates.ca],
      clientCertificate: certificates.client,
      fallbackUrls: [target.url],
    };
    assert.equal(
      (await download(optionsFor(server.url, await testFolder(t), more))).kind,
      'downloaded',
    );
    const fallback = await download(optionsFor(server.url, await testFolder(t), more));
    assert.equal(fallback.warnings.length, 2);
    assert.deepEqual(asked, [false, false, false, false]);
  });

  it('cannot be reached with a certificate that is not usable, and we say why', async (t) => {
    const { client, localhost, otherHost, clientPfx, legacyPfx } = certificates;
    for (const [clientCertificate, says] of [
      [{ cert: client.cert, key: localhost.key }, /n'est pas celle du certificat/],
      [{ cert: client.cert, key: otherHost.key }, /n'est pas celle du certificat/],
      [{ cert: 'x', key: client.key }, /illisible/],
      [{ pfx: clientPfx, passphrase: 'faux' }, /phrase secrète/],
      [{ pfx: clientPfx }, /phrase secrète/],
      [{ pfx: legacyPfx, passphrase: pfxPassphrase }, /openssl pkcs12 -legacy/],
      [{ pfx: Buffer.from('x') }, /illisible/],
    ] as const) {
      const error = await fails(t, 'https://127.0.0.1:1', { clientCertificate });
      assert.equal(error.code, 'CERTIFICAT_CLIENT_INVALIDE');
      assert.match(error.message, says);
    }
  });
});

describe('a server that refuses our certificate by a TLS alert, as OpenSSL does', () => {
  for (const version of ['-tls1_3', '-tls1_2']) {
    it(`is not asked again (${version})`, async (t) => {
      const port = await opensslServer(t, version);
      const strangers = await makeCertificates();
      for (const clientCertificate of [undefined, strangers.client]) {
        const more = { ca: [certificates.ca], clientCertificate };
        const error = await fails(t, `https://127.0.0.1:${port}`, more);
        assert.match(error.code, /^TLS_(CERTIFICAT_CLIENT_REFUSE|NEGOCIATION)$/);
        assert.match(error.message, /« tls.certificat »/);
      }
    });
  }
});

/** `openssl s_server` that requires a client certificate of our authority. */
async function opensslServer(t: TestContext, version: string): Promise<number> {
  const folder = await testFolder(t);
  const { cert, key } = certificates.localhost;
  await writeIn(folder, 'server.pem', cert + key);
  await writeIn(folder, 'ca.pem', certificates.ca);
  const verify = ['-CAfile', 'ca.pem', '-Verify', '1', '-verify_return_error'];
  const args = ['s_server', '-accept', '127.0.0.1:0', '-cert', 'server.pem', '-www', version];
  const server = spawn('openssl', [...args, ...verify], { cwd: folder });
  t.after(() => server.kill('SIGKILL'));
  let said = '';
  for await (const chunk of server.stdout) {
    said += String(chunk);
    const port = /ACCEPT .*:(\d+)/.exec(said)?.[1];
    if (port !== undefined) {
      server.stdout.resume();
      server.stderr.resume();
      return Number(port);
    }
  }
  return assert.fail(`openssl s_server s'est arrêté : ${said}`);
}

describe('a proxy', () => {
  it('is passed through, with its credentials, the TLS of the server untouched', async (t) => {
    const server = await tlsServer(t, {
      ...certificates.localhost,
      ca: certificates.ca,
      requestCert: true,
    });
    const { port, tunnels } = await connectProxy(t);
    const proxy = `http://jean:mot%40passe@127.0.0.1:${port}`;
    const more = { ca: [certificates.ca], clientCertificate: certificates.client, proxy };
    const result = await download(optionsFor(server.url, await testFolder(t), more));
    assert.equal(result.kind, 'downloaded');
    assert.equal(tunnels[0]?.target, `127.0.0.1:${server.port}`);
    const expected = `Basic ${Buffer.from('jean:mot@passe').toString('base64')}`;
    assert.equal(tunnels[0].authorization, expected);
    assert.equal(server.seen[0]?.headers['proxy-authorization'], undefined);
  });

  it('does not hide a server that is not the one asked', async (t) => {
    const server = await tlsServer(t, certificates.otherHost);
    const { port } = await connectProxy(t);
    const more = { ca: [certificates.ca], proxy: `http://127.0.0.1:${port}` };
    assert.equal((await fails(t, server.url, more)).code, 'TLS_NOM');
  });

  it('that refuses is named, its password never told', async (t) => {
    for (const [refusal, says] of [
      [407, /utilisateur et le mot de passe/],
      [403, /autorise cette adresse/],
    ] as const) {
      const { port } = await connectProxy(t, refusal);
      const proxy = `http://jean:tres-secret@127.0.0.1:${port}`;
      const folder = await testFolder(t);
      const url = 'https://jeanne:autresecret@annuaire.example/x?cle=troisieme';
      const error = await failureOf(download(optionsFor(url, folder, { proxy })));
      assert.equal(error.code, 'PROXY_REFUSE', error.message);
      assert.match(error.message, says);
      assert.doesNotMatch(inspect(error, { depth: 10 }), /tres-secret|autresecret|troisieme/);
    }
  });

  it('that is absent, or no address, is named, its password never told', async (t) => {
    const url = 'https://annuaire.example/x';
    const proxy = 'http://jean:tres-secret@127.0.0.1:1';
    const folder = await testFolder(t);
    const absent = await failureOf(download(optionsFor(url, folder, { proxy })));
    assert.equal(absent.code, 'RESEAU_ECONNREFUSED');
    assert.match(absent.message, /proxy/);
    assert.doesNotMatch(inspect(absent, { depth: 10 }), /tres-secret/);
    for (const wrong of ['proxy.example:3128', 'socks5://x', 'http://jean:tres-secret@:x']) {
      const error = await fails(t, url, { proxy: wrong });
      assert.equal(error.code, 'PROXY_INVALIDE');
      assert.doesNotMatch(inspect(error, { depth: 10 }), /tres-secret/);
    }
  });
});
