// The clients that people have, each against the whole mirror: what they read, and what they are told when it goes wrong.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { findMigrationsDirectory } from '../../../src/db/migrate.js';
import { startMirror, type Mirror } from '../../support/ldap-mirror.js';
import type { Ask } from './clients/ask.js';
import { inventedBals } from './invented-directory.js';
import { programSkip } from './program-skip.js';

const run = promisify(execFile);
const root = dirname(findMigrationsDirectory());
const scripts = join(root, 'test', 'ldap', 'interop', 'clients');
const compiled = join(root, 'dist', 'test', 'ldap', 'interop', 'clients');
const entryCount = 450;
const domaine = 'hopital.mssante.fr';

/** What a client may leave out, because its library cannot ask for it, is undefined. */
type Report = {
  readonly namingContexts: readonly string[];
  readonly hasInetOrgPerson: boolean;
  readonly accents: readonly string[];
  /** Entries, and pages where the library counts them. */
  readonly paged: readonly [number, number | null];
  readonly sorted?: readonly string[];
  readonly window?: readonly string[];
  readonly startTls: readonly string[];
  readonly ldaps: readonly string[];
  readonly badPassword: number;
  readonly unknownBase: number;
  /** Code, and entries received before it; null where the library does not tell. */
  readonly sizeLimit: readonly [number | null, number | null];
  readonly whoAmI?: string;
  readonly compare?: readonly boolean[];
  readonly reader?: readonly string[];
};

type Client = {
  readonly name: string;
  readonly skip: string | false;
  readonly command: (ask: Ask) => readonly [program: string, ...args: string[]];
};

const python = '/usr/bin/python3';
const clients: readonly Client[] = [
  {
    name: 'ldapts',
    skip: false,
    command: (ask) => [process.execPath, join(compiled, 'ldapts-client.js'), JSON.stringify(ask)],
  },
  {
    name: 'ldapjs',
    skip: false,
    command: (ask) => [process.execPath, join(scripts, 'ldapjs-client.mjs'), JSON.stringify(ask)],
  },
  {
    name: 'python-ldap',
    skip: programSkip('python3-ldap', python, ['-c', 'import ldap']),
    command: (ask) => [python, join(scripts, 'python-ldap.py'), JSON.stringify(ask)],
  },
  {
    name: 'ldap3',
    skip: programSkip('python3-ldap3', python, ['-c', 'import ldap3']),
    command: (ask) => [python, join(scripts, 'python-ldap3.py'), JSON.stringify(ask)],
  },
  {
    name: 'php-ldap',
    skip: programSkip('php-ldap', 'php', ['-r', 'exit(function_exists("ldap_connect") ? 0 : 1);']),
    command: (ask) => ['php', join(scripts, 'php-ldap.php'), JSON.stringify(ask)],
  },
  {
    name: 'Net::LDAP',
    skip: programSkip('libnet-ldap-perl', 'perl', ['-MNet::LDAPS', '-MIO::Socket::SSL', '-e1']),
    command: (ask) => ['perl', join(scripts, 'net-ldap.pl'), JSON.stringify(ask)],
  },
  {
    name: 'JNDI',
    skip: programSkip('default-jdk-headless', 'javac', ['--version']),
    command: (ask) => [
      'java',
      ...javaOptions(ask),
      join(scripts, 'Jndi.java'),
      ...javaArguments(ask),
    ],
  },
];

const javaOptions = ({ caFile }: Ask): string[] => [
  '-Xshare:auto',
  '-XX:TieredStopAtLevel=1',

  `-Djavax.net.ssl.trustStore=${caFile}.p12`,
  '-Djavax.net.ssl.trustStorePassword=changeit',
];

const javaArguments = (ask: Ask): string[] => [
  ...[String(ask.port), String(ask.tlsPort), ask.base, ask.accentFilter, ask.sortFilter],
  ...[String(ask.pageSize), ask.account],
];

describe('LDAP clients', () => {
  let mirror: Mirror;
  let ask: Ask;
  before(async () => {
    mirror = await startMirror(inventedBals(entryCount));
    ask = {
      port: mirror.port,
      tlsPort: mirror.ldapsPort,
      caFile: mirror.caFile,
      base: mirror.baseDn,
      accentFilter: '(sn=Éléonore)',
      sortFilter: '(mail=service*)',
      sortKey: 'mail',
      pageSize: 100,
      account: mirror.account.dn,
      entry: `mail=simple@${domaine},${mirror.baseDn}`,
      mail: `simple@${domaine}`,
    };
    await makeTrustStore(ask.caFile);
  });

  for (const { name, skip, command } of clients) {
    it(`${name} reads, searches, pages and is told what is wrong`, { skip }, async () => {
      const [program, ...args] = command(ask);
      const { stdout } = await run(program, args, { timeout: 60_000, env: quietEnvironment() });
      assertReport(JSON.parse(stdout) as Report, mirror);
    });
  }
});

/** No ldaprc or ldap.conf of the machine, and arguments in UTF-8 whatever its language. */
const quietEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  LDAPNOINIT: '1',
  LC_ALL: 'C.UTF-8',
});

/** Java reads no PEM authority: keytool, of the same package, puts it in a store. */
async function makeTrustStore(caFile: string): Promise<void> {
  if (programSkip('default-jdk-headless', 'javac', ['--version']) !== false) return;
  const store = ['-keystore', `${caFile}.p12`, '-storepass', 'changeit', '-storetype', 'PKCS12'];
  await run('keytool', ['-importcert', '-noprompt', '-alias', 'ca', '-file', caFile, ...store]);
}

const accented = ['accents', 'decompose', 'sans.accents'].map((name) => `${name}@${domaine}`);

function assertReport(report: Report, mirror: Mirror): void {
  assert.deepEqual(report.namingContexts, [mirror.baseDn]);
  assert.equal(report.hasInetOrgPerson, true);
  for (const found of [report.accents, report.startTls, report.ldaps]) {
    assert.deepEqual(found, accented);
  }
  const [count, pages] = report.paged;
  assert.equal(count, entryCount);
  if (pages !== null) assert.equal(pages, Math.ceil(entryCount / 100));
  if (report.sorted) assertSorted(report.sorted);
  if (report.window) assert.deepEqual(report.window, services().slice(20, 30));
  assert.equal(report.badPassword, 49);
  assert.equal(report.unknownBase, 32);
  const [code, received] = report.sizeLimit;
  assert.equal(code ?? 4, 4);
  if (received !== null) assert.equal(received, 5);
  if (report.whoAmI !== undefined) assert.equal(report.whoAmI, '');
  if (report.compare) assert.deepEqual(report.compare, [true, false]);
  if (report.reader) assert.deepEqual(report.reader, [`mail=simple@${domaine},${mirror.baseDn}`]);
}

function assertSorted(mails: readonly string[]): void {
  assert.ok(mails.length > 50);
  assert.deepEqual(mails, services());
}

/** Addresses of services in the order of their text. */
function services(): string[] {
  return inventedBals(entryCount)
    .map((row) => row.adresse_publiee)
    .filter((adresse) => adresse.startsWith('service'))
    .sort();
}
