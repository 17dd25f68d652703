// One policy for every TLS socket (EX_OPE_5010): whatever opens or serves one is listed here, and goes through it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../src/db/migrate.js';

type Rule = {
  readonly what: string;
  readonly pattern: RegExp;
  /** Files that may; each must also say `through`. */
  readonly files: readonly string[];
  readonly through?: RegExp;
};

const policyHome = 'src/domain/tls-policy.ts';

const rules: readonly Rule[] = [
  {
    what: 'a context',
    pattern: /createSecureContext\(/u,
    files: [
      'src/net/tls-context.ts',
      'src/net/served-certificate.ts',
      'src/db/connection-tls.ts',
      // Opens a PKCS#12 file to read its dates; no connection is made with it.
      'src/net/certificats.ts',
    ],
  },
  {
    what: 'node:tls for more than its types',
    pattern: /import (?!type )[^;]*from 'node:tls'/u,
    files: [
      'src/net/tls-context.ts',
      'src/net/served-certificate.ts',
      'src/net/certificats.ts',
      'src/db/connection-tls.ts',
      'src/ldap/server/tls-terminator.ts',
      // Tells a socket under TLS from one in clear.
      'src/ldap/server/transport.ts',
      // Reads the certificate of a client; the server is the test's.
      'src/simulator/identity/identity-provider.ts',
    ],
  },
  {
    what: 'a server of HTTPS',
    pattern: /'node:https'|'node:http2'/u,
    files: ['src/web/server.ts'],
    through: /readServedTls\(/u,
  },
  {
    what: 'a server of TLS',
    pattern: /createServer[^;]*from 'node:tls'|createServer, type TLSSocket/u,
    files: ['src/ldap/server/tls-terminator.ts'],
    through: /readServedTls\(/u,
  },
  {
    what: 'an HTTP client',
    pattern:
      /new (?:Agent|Pool|Client|ProxyAgent|RetryAgent|EnvHttpProxyAgent)\(|buildConnector\(/u,
    files: ['src/net/dispatcher.ts'],
    through: /tlsOptions\(createTlsContext\(/u,
  },
  {
    what: 'a connection to PostgreSQL',
    pattern: /new pg\.(?:Client|Pool)\(/u,
    files: [
      'src/db/pool.ts',
      'src/db/listen.ts',
      'src/db/foreign-select.ts',
      'src/db/external-server.ts',
      'src/db/database-watch.ts',
      'src/db/embedded/base-backup.ts',
    ],
    through: /\.\.\.securedUrl\(/u,
  },
  {
    what: 'a connection to our own PostgreSQL, on loopback',
    pattern: /new pg\.(?:Client|Pool)\(/u,
    files: ['src/db/embedded/server.ts'],
    through: /ssl: false/u,
  },
  {
    what: 'a client of LDAP',
    pattern: /ldapjs\.createClient\(/u,
    files: ['src/inventory/ldap/client.ts'],
    through: /\.\.\.tlsOptions\(/u,
  },
  {
    what: 'a client of SMTP',
    pattern: /new SMTPConnection\(|createTransport\(/u,
    files: ['src/notify/smtp-session.ts'],
    through: /tlsOptions\(createTlsContext\(/u,
  },
  {
    what: 'a version, a suite or a level of its own',
    pattern: /(?:min|max)Version:|ciphers:|ecdhCurve:|sigalgs:|SECLEVEL|secureProtocol/u,
    files: [policyHome],
  },
  {
    what: 'a check switched off',
    pattern: /rejectUnauthorized: false|checkServerIdentity|NODE_TLS_REJECT/u,
    // Clients without a certificate stay welcome there; the bind asks whether one was valid.
    files: ['src/ldap/server/tls-terminator.ts'],
    through: /rejectUnauthorized: false/u,
  },
  {
    what: 'the fetch of the platform, whose connections are not ours',
    pattern: /(?<![.#\w])fetch\(/u,
    files: ['src/db/foreign-select.ts'],
    // Rows of a cursor.
    through: /const fetch = async/u,
  },
  {
    what: 'the fetch of the platform, towards the simulator of the same process',
    pattern: /(?<![.#\w])fetch\(/u,
    files: ['src/commands/demo-feed.ts'],
    through: /SIMULATEUR_MUET/u,
  },
];

const root = dirname(findMigrationsDirectory());

function readSources(): Map<string, string> {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`);
  return new Map(
    files.map((file) => [file, withoutComments(readFileSync(join(root, file), 'utf8'))]),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '');
}

function findFaults(sources: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [file, text] of sources) {
    for (const pattern of new Set(rules.map(({ pattern: { source } }) => source))) {
      if (!new RegExp(pattern, 'u').test(text)) continue;
      const same = rules.filter((rule) => rule.pattern.source === pattern);
      const rule = same.find(({ files }) => files.includes(file));
      const what = same.map((one) => one.what).join(', ');
      if (!rule)
        faults.push(`${file} has ${what}: take it from src/net or src/db/connection-tls.ts`);
      else if (rule.through && !rule.through.test(text))
        faults.push(`${file} has ${what}, not through the policy`);
    }
  }
  return faults;
}

test('every TLS socket goes through the policy', () => {
  const sources = readSources();
  assert.deepEqual(findFaults(sources), []);
  // A list that names what is no more would let something else take its place.
  for (const { files, pattern } of rules)
    for (const file of files) assert.match(sources.get(file) ?? '', pattern, file);
});

test('docs/tls.md names each of these files', () => {
  const page = readFileSync(join(root, 'docs', 'tls.md'), 'utf8');
  const missing = rules.flatMap(({ files }) => files).filter((file) => !page.includes(file));
  assert.deepEqual(missing, []);
});

for (const planted of [
  `tls.createSecureContext({ ca })`,
  `import { connect } from 'node:tls';`,
  `import https from 'node:https';`,
  `import { get } from 'node:http2';`,
  `const agent = new Agent({ connect: {} });`,
  `const client = new pg.Client({ connectionString });`,
  `ldapjs.createClient({ url })`,
  `connect({ minVersion: 'TLSv1' })`,
  `connect({ rejectUnauthorized: false })`,
  `await fetch('https://exemple.fr')`,
]) {
  test(`refused elsewhere: ${planted}`, () => {
    assert.equal(findFaults(new Map([['src/feed/a.ts', planted]])).length, 1);
  });
}

test('refused where it is allowed, without the policy', () => {
  const text = `const pool = new pg.Pool({ connectionString });`;
  assert.match(findFaults(new Map([['src/db/pool.ts', text]])).join(), /not through the policy/u);
});
