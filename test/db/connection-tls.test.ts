// PostgreSQL over TLS: what the address asks, against a real server; what protects nothing is refused.
import assert from 'node:assert/strict';
import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { certificatesOf, securedUrl } from '../../src/db/connection-tls.js';
import { openEngine, type Engine } from '../../src/db/engine.js';
import { checkExternalServer } from '../../src/db/external-server.js';
import { listen } from '../../src/db/listen.js';
import { createPool } from '../../src/db/pool.js';
import { makeFaultyCertificates, type FaultyCertificates } from '../support/certificate-faults.js';
import { tempFolder } from '../support/extraction-files.js';

describe('the address of a PostgreSQL', () => {
  const inClear = [
    'postgresql://x:y@localhost/base',
    'postgresql://x:y@127.0.0.1:5433/base',
    'postgresql://x:y@[::1]/base',
    'postgresql:///base?host=/var/run/postgresql',
    'postgresql:///base',
    'postgresql://x:y@base.exemple.fr/base?sslmode=disable',
    'postgresql://x:y@base.exemple.fr/base?ssl=false',
    '/var/run/postgresql base',
  ];
  for (const url of inClear)
    it(`is in clear: ${url}`, () => {
      const secured = securedUrl(url);
      assert.equal(secured.ssl, false);
      assert.doesNotMatch(secured.connectionString, /ssl/u);
    });

  for (const url of [
    'postgresql://x:y@base.exemple.fr/base',
    'postgresql://x:y@127.0.0.1/base?host=base.exemple.fr',
    'postgresql://x:y@base.exemple.fr/base?sslmode=require&application_name=z',
    'postgresql://x:y@base.exemple.fr/base?sslmode=verify-ca&uselibpqcompat=true',
    'postgresql://x:y@base.exemple.fr/base?sslmode=verify-full&sslrootcert=system',
    'postgresql://x:y@base.exemple.fr/base?ssl=true',
  ])
    it(`is encrypted, and the server verified: ${url}`, () => {
      const { ssl, connectionString } = securedUrl(url);
      assert.ok(ssl !== false);
      assert.deepEqual(
        [ssl.rejectUnauthorized, ssl.minDHSize, ssl.host, ssl.servername],
        [true, 2048, 'base.exemple.fr', 'base.exemple.fr'],
      );
      assert.ok(ssl.secureContext);
      assert.doesNotMatch(connectionString, /ssl|libpq/u);
      assert.match(connectionString, /^postgresql:\/\/x:y@/u);
    });

  for (const [more, expected] of [
    ['sslmode=prefer', /« sslmode=prefer » n’assure pas/u],
    ['sslmode=allow', /verify-full/u],
    ['sslmode=no-verify', /n’assure pas/u],
    ['ssl=no-verify', /n’assure pas/u],
    ['sslrootcert=ac.pem', /chemin absolu/u],
    ['sslrootcert=/nulle/part.pem', /illisible : \/nulle\/part\.pem/u],
    ['sslmode=verify-full&sslcert=/dev/null', /vont ensemble/u],
    ['sslmode=verify-full&sslcert=/dev/null&sslkey=/dev/null', /inutilisables/u],
  ] as const)
    it(`is refused, without its password: ?${more}`, () => {
      const url = `postgresql://x:secret-du-compte@base.exemple.fr/base?${more}`;
      const check = (error: unknown): boolean => {
        assert.ok(error instanceof Error);
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /secret-du-compte/u);
        return true;
      };
      assert.throws(() => securedUrl(url), check);
    });

  it('says which certificates it names', () => {
    const url = 'postgresql://h/b?sslrootcert=/a.pem&sslcert=/b.pem&sslkey=/c.pem';
    assert.deepEqual(certificatesOf(url), [
      { parametre: 'sslrootcert', chemin: '/a.pem' },
      { parametre: 'sslcert', chemin: '/b.pem' },
    ]);
    assert.deepEqual(certificatesOf('postgresql://h/b?sslrootcert=system'), []);
  });
});

describe('a PostgreSQL that speaks TLS', () => {
  let engine: Engine;
  let certificates: FaultyCertificates;
  const dataDir = tempFolder();

  before(async () => {
    certificates = await makeFaultyCertificates();
    engine = await openEngine({ dataDir, isDisposable: true }, () => undefined);
    await serve(certificates.good);
  });
  after(() => engine.close());

  /** The server takes its certificate from files of its own account, and looks at its settings again at once. */
  async function serve({ cert, key }: { cert: string; key: string }): Promise<void> {
    const pool = poolOn(engine.connectionString);
    try {
      const { rows } = await pool.query<{ folder: string }>(
        `select current_setting('data_directory') as folder`,
      );
      const folder = rows[0]?.folder ?? '';
      const { uid, gid } = statSync(folder);
      for (const [name, text] of [
        ['server.crt', cert],
        ['server.key', key],
      ] as const) {
        const file = join(folder, name);
        writeFileSync(file, text, { mode: 0o600 });
        chownSync(file, uid, gid);
      }
      await pool.query('alter system set ssl = on');
      await pool.query('select pg_reload_conf()');
      const isOn = async (): Promise<boolean> => {
        const fresh = poolOn(engine.connectionString);
        const shown = await fresh.query<{ ssl: string }>('show ssl');
        await fresh.end();
        return shown.rows[0]?.ssl === 'on';
      };
      let looks = 0;
      while (!(await isOn()) && looks < 200) looks++;
    } finally {
      await pool.end();
    }
  }

  function poolOn(connectionString: string): ReturnType<typeof createPool> {
    const options = { max: 1, statementTimeoutMs: 10_000, applicationName: 'essai' };
    return createPool({ connectionString, ...options }, () => undefined);
  }

  const over = (more: string): string => engine.connectionString.replace(/\?.*$/u, `?${more}`);
  const trusted = (): string => over(`sslmode=verify-full&sslrootcert=${certificates.caFile}`);

  it('is used over TLS 1.3 by the pool, the checks and the notices', async () => {
    const pool = poolOn(trusted());
    const { rows } = await pool.query<{ ssl: boolean; version: string }>(
      'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()',
    );
    assert.deepEqual(rows, [{ ssl: true, version: 'TLSv1.3' }]);
    await checkExternalServer(trusted());
    const told = new Promise<void>((resolve, reject) => {
      listen(trusted(), 'essai', { onNotice: resolve, onLost: reject }).then(async ({ close }) => {
        await pool.query('notify essai');
        await told;
        await close();
      }, reject);
    });
    await told;
    await pool.end();
  });

  it('is refused when its authority is not given', async () => {
    await assert.rejects(
      checkExternalServer(over('sslmode=require')),
      /autorité inconnue.*sslrootcert/su,
    );
  });

  it('that no longer speaks TLS is told from one that is down, and nothing is sent in clear', async () => {
    const pool = poolOn(engine.connectionString);
    await pool.query('alter system set ssl = off');
    await pool.query('select pg_reload_conf()');
    await pool.end();
    let said = '';
    for (let looks = 0; looks < 200 && said === ''; looks++)
      said = await checkExternalServer(trusted()).then(
        () => '',
        (error: unknown) => String(error),
      );
    assert.match(said, /ne parle pas TLS.*sslmode=disable/su);
  });
});
