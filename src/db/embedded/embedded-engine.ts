import type pg from 'pg';
import { prepareBinaries } from './binaries.js';
import { database, prepareCluster, superuser } from './cluster.js';
import { openHome } from './home.js';
import { holdServer } from './server-hold.js';
import type { ServerPlan } from './server.js';

export type EmbeddedServer = {
  readonly connectionString: string;
  readonly version: string;
  readonly folder: string;
  readonly port: number;
  readonly close: () => Promise<void>;
};

/** The private PostgreSQL of `dataDir`, started if need be. After kill -9 the server stays, and serves the next program. */
export async function openEmbeddedServer(
  dataDir: string,
  isDisposable: boolean,
  report: (message: string) => void,
): Promise<EmbeddedServer> {
  const home = await openHome(dataDir, isDisposable);
  const binaries = await prepareBinaries(home);
  const password = await prepareCluster(home, binaries, isDisposable, report);
  const plan: ServerPlan = { home, binaries, password, isDisposable };
  const hold = await holdServer(plan, report);
  try {
    await createDatabase(hold.client);
  } catch (error) {
    await hold.leave();
    throw error;
  }
  const address = `127.0.0.1:${hold.port}/${database}`;
  return {
    // Never TLS on the loopback, whatever PGSSLMODE says.
    connectionString: `postgresql://${superuser}:${password}@${address}?sslmode=disable`,
    version: binaries.version,
    folder: home.folder,
    port: hold.port,
    close: () => hold.leave(),
  };
}

async function createDatabase(client: pg.Client): Promise<void> {
  if (await hasDatabase(client)) return;
  await client.query(`create database ${database}`).catch(async (error: unknown) => {
    // Another program may have made it since we looked.
    if (!(await hasDatabase(client))) throw error;
  });
}

async function hasDatabase(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(`select from pg_database where datname = $1::name`, [
    database,
  ]);
  return rowCount !== 0;
}
