import type pg from 'pg';
import { prepareBinaries } from './binaries.js';
import { prepareCluster, superuser } from './cluster.js';
import { openHome } from './home.js';
import { connectToServer, stopServer, type ServerPlan, type ServerSession } from './server.js';

export type EmbeddedServer = {
  readonly connectionString: string;
  readonly version: string;
  readonly folder: string;
  readonly port: number;
  readonly close: () => Promise<void>;
};

/**
 * The private PostgreSQL of `dataDir`, started if need be. Each program holds a shared lock on it for as long as it
 * uses it; the one that leaves last stops it. After kill -9 the server stays, and serves the next program.
 */
export async function openEmbeddedServer(
  dataDir: string,
  isDisposable: boolean,
  report: (message: string) => void,
): Promise<EmbeddedServer> {
  const home = await openHome(dataDir);
  const binaries = await prepareBinaries(home);
  const password = await prepareCluster(home, binaries, isDisposable, report);
  const plan: ServerPlan = { home, binaries, password, isDisposable };
  const session = await holdServer(plan);
  await createDatabase(session.client);
  return {
    connectionString: `postgresql://${superuser}:${password}@127.0.0.1:${session.port}/${database}`,
    version: binaries.version,
    folder: home.folder,
    port: session.port,
    close: () => leaveServer(plan, session.client),
  };
}

/** Connects and takes the shared lock; starts over when the server was being stopped by the last user meanwhile. */
async function holdServer(plan: ServerPlan): Promise<ServerSession> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await connectToServer(plan);
    try {
      await session.client.query(`select pg_advisory_lock_shared(${lockKey})`);
      return session;
    } catch (error) {
      await session.client.end().catch(() => undefined);
      if (attempt === holdAttemptsMax) throw error;
    }
  }
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(`select from pg_database where datname = $1::name`, [
    database,
  ]);
  if (rowCount !== 0) return;
  await client.query(`create database ${database}`).catch(async (error: unknown) => {
    // Another program may have made it since we looked.
    const again = await client.query(`select from pg_database where datname = $1::name`, [
      database,
    ]);
    if (again.rowCount === 0) throw error;
  });
}

async function leaveServer(plan: ServerPlan, client: pg.Client): Promise<void> {
  try {
    await client.query(`select pg_advisory_unlock_shared(${lockKey})`);
    const { rows } = await client.query<{ isLast: boolean }>(
      `select pg_try_advisory_lock(${lockKey}) as "isLast"`,
    );
    // The exclusive lock is held until the end: who comes meanwhile waits for it, is cut, and starts the server anew.
    if (rows[0]?.isLast === true) await stopServer(plan.home);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const database = 'annuaire_sante_sync';
const lockKey = `hashtextextended('annuaire-sante-sync:engine', 0)`;
const holdAttemptsMax = 20;
