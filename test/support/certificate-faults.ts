// Certificates of servers that must be refused, each for one reason, beside a good one of the same authority.
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeyPair } from './certificates.js';
import { tempFolder } from './extraction-files.js';

const run = promisify(execFile);

export type CertificateFault =
  'otherHost' | 'expired' | 'future' | 'selfSigned' | 'incompleteChain' | 'weakKey';

export type FaultyCertificates = {
  readonly ca: string;
  /** Of `ca`, on disk. */
  readonly caFile: string;
  readonly good: KeyPair;
  readonly faults: Readonly<Record<CertificateFault, KeyPair>>;
};

const configuration = `
[ca]
default_ca = d
[d]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
[leaf]
subjectAltName = DNS:localhost,IP:127.0.0.1
[other]
subjectAltName = DNS:ailleurs.example
[authority]
basicConstraints = critical,CA:TRUE
`;

export async function makeFaultyCertificates(): Promise<FaultyCertificates> {
  const cwd = tempFolder();
  const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  write('ca.cnf', configuration);
  write('index.txt', '');
  write('serial', '01');
  const openssl = (...args: readonly string[]): Promise<unknown> => run('openssl', args, { cwd });
  const rsa = (bits: number): string =>
    generateKeyPairSync('rsa', { modulusLength: bits })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  for (const [name, bits] of [
    ['ca', 2048],
    ['leaf', 2048],
    ['weak', 1024],
  ] as const)
    write(`${name}.key`, rsa(bits));
  const selfSign = (name: string, key: string, more: readonly string[]): Promise<unknown> =>
    openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      key,
      '-subj',
      `/CN=${name}`,
      '-days',
      '3650',
      '-out',
      `${name}.pem`,
      ...more,
    );
  const ask = (key: string): Promise<unknown> =>
    openssl('req', '-new', '-key', `${key}.key`, '-subj', `/CN=${key}`, '-out', `${key}.csr`);
  await selfSign('ca', 'ca.key', ['-addext', 'basicConstraints=critical,CA:TRUE']);
  await selfSign('self', 'leaf.key', ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']);
  await ask('leaf');
  await ask('weak');
  const sign = async (name: string, more: Signing = {}): Promise<KeyPair> => {
    const {
      by = 'ca',
      key = 'leaf',
      extensions = 'leaf',
      from = '20200101',
      to = '20491231',
    } = more;
    await openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'ca.cnf',
      '-cert',
      `${by}.pem`,
      '-keyfile',
      by === 'ca' ? 'ca.key' : 'leaf.key',
      '-in',
      `${key}.csr`,
      '-out',
      `${name}.pem`,
      '-extensions',
      extensions,
      '-startdate',
      `${from}000000Z`,
      '-enddate',
      `${to}000000Z`,
    );
    return { cert: read(`${name}.pem`), key: read(`${key}.key`) };
  };
  await sign('intermediate', { extensions: 'authority' });
  return {
    ca: read('ca.pem'),
    caFile: join(cwd, 'ca.pem'),
    good: await sign('good'),
    faults: {
      otherHost: await sign('other', { extensions: 'other' }),
      expired: await sign('expired', { to: '20250101' }),
      future: await sign('future', { from: '20480101' }),
      incompleteChain: await sign('incomplete', { by: 'intermediate' }),
      weakKey: await sign('weak', { key: 'weak' }),
      selfSigned: { cert: read('self.pem'), key: read('leaf.key') },
    },
  };
}

type Signing = {
  readonly by?: string;
  readonly key?: string;
  readonly extensions?: string;
  readonly from?: string;
  readonly to?: string;
};
