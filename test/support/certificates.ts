// Certificates made when the tests run, with the openssl command: fixtures would expire.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type KeyPair = { readonly cert: string; readonly key: string };

export type TestCertificates = {
  /** The authority that no public store knows. */
  readonly ca: string;
  readonly localhost: KeyPair;
  /** Signed by the same authority, for another host. */
  readonly otherHost: KeyPair;
  readonly expired: KeyPair;
  readonly client: KeyPair;
  /** Of a subject with what a public authority puts in it: see `namedSubject`. */
  readonly named: KeyPair;
  /** PKCS#12 of `client`, phrase « secret-p12 ». */
  readonly clientPfx: Buffer;
  /** The same, protected as old tools do (RC2): OpenSSL 3 refuses it. */
  readonly legacyPfx: Buffer;
};

/** Of `named`, for openssl: most general first. */
export const namedSubject =
  '/C=FR/ST=Ile-de-France/O=Clinique Été/organizationIdentifier=NTRFR-123/CN=automate+serialNumber=42/emailAddress=Robot@Exemple.fr';

export const pfxPassphrase = 'secret-p12';

export async function makeCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'annuaire-sync-certs-'));
  try {
    const ca = await makeAuthority(folder);
    const make = (name: string, san: string, days = 2) => makeSigned(folder, name, san, days);
    const client = await make('client', 'DNS:operateur.example');
    return {
      ca,
      client,
      named: await makeSigned(folder, 'named', 'DNS:automate.example', 2, namedSubject),
      localhost: await make('localhost', 'DNS:localhost,IP:127.0.0.1'),
      otherHost: await make('other', 'DNS:ailleurs.example'),
      expired: await make('expired', 'DNS:localhost,IP:127.0.0.1', -1),
      clientPfx: await makePfx(folder, 'client.p12', []),
      legacyPfx: await makePfx(folder, 'legacy.p12', ['-legacy']),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Quick to make; RSA only where the suites of EX_OPE_5010 for TLS 1.2 ask for it. */
const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const rsaKey = ['-newkey', 'rsa:2048', '-nodes'];

async function makeAuthority(folder: string): Promise<string> {
  const out = ['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2'];
  const extension = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  const subject = ['-subj', '/CN=AC de test'];
  await run('openssl', ['req', '-x509', ...ecKey, ...out, ...subject, ...extension], {
    cwd: folder,
  });
  return readFile(join(folder, 'ca.pem'), 'utf8');
}

async function makeSigned(
  folder: string,
  name: string,
  san: string,
  days: number,
  subject = `/CN=${name}`,
): Promise<KeyPair> {
  const out = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
  const request = [...out, '-utf8', '-subj', subject];
  await run('openssl', ['req', ...(name === 'localhost' ? rsaKey : ecKey), ...request], {
    cwd: folder,
  });
  await writeFile(join(folder, `${name}.ext`), `subjectAltName=${san}\n`);
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days)];
  const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`];
  await run('openssl', ['x509', '-req', ...signer, ...files], { cwd: folder });
  return {
    cert: await readFile(join(folder, `${name}.pem`), 'utf8'),
    key: await readFile(join(folder, `${name}.key`), 'utf8'),
  };
}

async function makePfx(folder: string, name: string, more: readonly string[]): Promise<Buffer> {
  const files = ['-in', 'client.pem', '-inkey', 'client.key', '-out', name];
  await run(
    'openssl',
    ['pkcs12', '-export', ...files, '-passout', `pass:${pfxPassphrase}`, ...more],
    {
      cwd: folder,
    },
  );
  return readFile(join(folder, name));
}
