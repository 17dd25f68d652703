// PostgreSQL servers that one test has for itself: to be stopped, killed, started again, copied into a replica and promoted.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { prepareBinaries, type Binaries } from '../../src/db/embedded/binaries.js';
import { prepareCluster, superuser } from '../../src/db/embedded/cluster.js';
import { openHome, type Home } from '../../src/db/embedded/home.js';
import { serverEnvironment } from '../../src/db/embedded/run-as.js';
import { migrate } from '../../src/db/migrate.js';
import { createPool, type Pool } from '../../src/db/pool.js';

const started = new Set<ServeurPrive>();
const folders: string[] = [];
after(async () => {
  await Promise.all([...started].map((server) => server.stop('SIGKILL')));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Emplacement = {
  readonly home: Home;
  readonly binaries: Binaries;
  readonly password: string;
  readonly dataPath: string;
  readonly port: number;
};

export class ServeurPrive {
  readonly #place: Emplacement;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  constructor(place: Emplacement, options: readonly string[] = []) {
    this.#place = place;
    this.#options = options;
  }

  /** To `postgres`, unless told otherwise; `port`: that of something that stands before it. */
  url(database = 'annuaire', port = this.#place.port): string {
    const { password } = this.#place;
    return `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;
  }

  get port(): number {
    return this.#place.port;
  }

  /** Resolves once it takes connections. */
  async start(triesLeft = 40): Promise<void> {
    const { binaries, home, dataPath, port } = this.#place;
    const log = openSync(join(dataPath, '..', `journal-${port}.log`), 'a');
    const options = { ...serverOptions, port: String(port) };
    const child = spawn(
      binaries.postgres,
      [
        '-D',
        dataPath,
        ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ...this.#options,
      ],
      {
        cwd: '/',
        stdio: ['ignore', log, log],
        env: serverEnvironment(),
        ...(home.user && { uid: home.user.uid, gid: home.user.gid }),
      },
    );
    this.#child = child;
    started.add(this);
    for (;;) {
      // After a kill, its last processes may still be leaving.
      if (child.exitCode !== null) {
        if (triesLeft === 0) throw new Error(`postgres ended, see ${dataPath}/../journal-*`);
        await delay(50);
        return this.start(triesLeft - 1);
      }
      const client = new pg.Client({ connectionString: this.url('postgres') });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        await delay(20);
      }
    }
  }

  /** SIGINT: at once but cleanly; SIGKILL: as a machine that loses its current. */
  async stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    started.delete(this);
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async query(sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url() });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** A streaming replica of it, started. */
  async replicate(): Promise<ServeurPrive> {
    const { home, binaries, password, dataPath, port } = this.#place;
    const folder = newFolder();
    const copy = join(folder, 'data');
    const client = new pg.Client({ connectionString: this.url() });
    await client.connect();
    await client.query(`select pg_backup_start('replica', true)`);
    const copied = spawnSync('cp', ['-a', dataPath, copy], { encoding: 'utf8' });
    if (copied.status !== 0) throw new Error(copied.stderr);
    rmSync(join(copy, 'postmaster.pid'));
    const { rows } = await client.query<{ labelfile: string }>(
      `select labelfile from pg_backup_stop(false)`,
    );
    await client.end();
    writeFileSync(join(copy, 'backup_label'), rows[0]?.labelfile ?? '');
    writeFileSync(join(copy, 'standby.signal'), '');
    giveTo(home, copy);
    const place = { home, binaries, password, dataPath: copy, port: await freePort() };
    const replica = new ServeurPrive(place, [
      '-c',
      `primary_conninfo=host=127.0.0.1 port=${port} user=${superuser} password=${password}`,
    ]);
    await replica.start();
    return replica;
  }

  /** Until the replica has all that the primary had when it was asked. */
  async caughtUp(replica: ServeurPrive): Promise<void> {
    const [row] = await this.query('select pg_current_wal_lsn()::text as lsn');
    for (;;) {
      const [seen] = await replica.query(
        `select pg_last_wal_replay_lsn() >= '${String(row?.['lsn'])}'::pg_lsn as ok`,
      );
      if (seen?.['ok'] === true) return;
      await delay(20);
    }
  }
}

/** A new one, with the schema of the program in database `annuaire`. */
export async function serveurPrive(): Promise<ServeurPrive> {
  const home = await openHome(newFolder(), true);
  const binaries = await prepareBinaries(home);
  const password = await prepareCluster(home, binaries, true, () => undefined);
  const port = await freePort();
  const server = new ServeurPrive({ home, binaries, password, dataPath: home.dataPath, port });
  await server.start();
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  await client.query('create database annuaire');
  await client.end();
  const pool = openPool(server.url());
  await migrate(pool).finally(() => pool.end());
  return server;
}

/** Ended by who opens it. */
export function openPool(connectionString: string): Pool {
  return createPool(
    { connectionString, max: 4, statementTimeoutMs: 60_000, applicationName: 'test' },
    () => undefined,
  );
}

const serverOptions = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'replica',
  max_wal_senders: '4',
  hot_standby: 'on',
  shared_buffers: '16MB',
  max_connections: '60',
  dynamic_shared_memory_type: 'mmap',
  fsync: 'off',
  autovacuum: 'off',
  wal_receiver_status_interval: '1s',
  lc_messages: 'C',
};

/** PostgreSQL's own account must get there. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'annuaire-postgres-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

function giveTo({ user }: Home, folder: string): void {
  if (!user) return;
  for (const name of ['..', 'backup_label', 'standby.signal']) {
    chownSync(join(folder, name), user.uid, user.gid);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
