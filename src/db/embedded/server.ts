// Starting, finding and stopping the private server of a data folder. No lock file of ours: PostgreSQL itself lets only
// one server work on a folder, and whoever loses that race uses the winner's.
import { spawn, type ChildProcess } from 'node:child_process';
import { rm, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '../../errors.js';
import type { Binaries } from './binaries.js';
import { superuser } from './cluster.js';
import type { Home } from './home.js';
import { readLastPort } from './last-port.js';
import { isServerProcess, pidFilePath, readPidFile, type PidFile } from './pid-file.js';
import { serverEnvironment } from './run-as.js';
import { openLog, readLogFrom } from './server-log.js';
import { serverSettings } from './server-settings.js';

export type ServerPlan = {
  readonly home: Home;
  readonly binaries: Binaries;
  readonly password: string;
  readonly isDisposable: boolean;
};

export type ServerSession = { readonly client: pg.Client; readonly port: number };

/**
 * A connection to the server of the folder: the one that runs or, when none does, one started now. `lastPort`: where whoever
 * asks knew it; without it, where it was last.
 */
export async function connectToServer(plan: ServerPlan, lastPort?: number): Promise<ServerSession> {
  const deadline = Date.now() + startTimeoutMs;
  let started: StartedServer | undefined;
  let startCount = 0;
  while (Date.now() < deadline) {
    const found = await readPidFile(plan.home.dataPath);
    if (found?.isServing === true) {
      const client = await tryConnect(plan, found.port);
      if (client) return { client, port: found.port };
    } else if (!started || started.hasEnded()) {
      if (started) await assertWorthRetrying(plan.home, started, startCount);
      const wanted = lastPort ?? found?.port ?? (await readLastPort(plan.home));
      started = await startServer(plan, found, wanted);
      startCount += 1;
    }
    await delay(pollMs);
  }
  throw new AppError(
    'POSTGRES_NOT_READY',
    `PostgreSQL ne répond pas après ${startTimeoutMs / 60_000} minutes. Voyez ${plan.home.logPath}.`,
  );
}

/** Asks the server to end its sessions and stop, and waits until it has; another may already serve the folder then. */
export async function stopServer(home: Home): Promise<void> {
  const found = await readPidFile(home.dataPath);
  if (found?.isServing !== true) return;
  process.kill(found.pid, 'SIGINT');
  const deadline = Date.now() + stopTimeoutMs;
  while (await isServerProcess(found.pid, home.dataPath)) {
    if (Date.now() > deadline) {
      throw new AppError(
        'POSTGRES_NOT_STOPPED',
        `PostgreSQL (processus ${found.pid}) n'est pas encore arrêté : il finit d'écrire. Ne le tuez pas.`,
      );
    }
    await delay(pollMs);
  }
}

/** Undefined while it is starting, stopping, or when another server answers on that port. */
async function tryConnect(plan: ServerPlan, port: number): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: superuser,
    password: plan.password,
    database: 'postgres',
    ssl: false,
    application_name: 'annuaire-sante-sync engine',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // A connection that breaks later is told to whoever uses it then.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    if (rows[0]?.folder === plan.home.dataPath) return client;
  } catch {
    // Not ours yet: the caller looks again.
  }
  await client.end().catch(() => undefined);
  return undefined;
}

/** The server is a session leader of its own, so that neither Ctrl-C nor the end of its starter ends it. */
async function startServer(
  plan: ServerPlan,
  stale: PidFile | undefined,
  lastPort: number | undefined,
): Promise<StartedServer> {
  const { home, binaries } = plan;
  // The last port again, if it is free: connection strings made before a crash stay right.
  const last = lastPort === undefined ? undefined : await freeAgain(lastPort);
  const port = last ?? (await freePort(0)) ?? 0;
  const log = await openLog(home);
  try {
    const logOffset = (await log.stat()).size;
    const child = spawn(
      binaries.postgres,
      ['-D', home.dataPath, ...serverSettings(port, plan.isDisposable)],
      {
        cwd: '/',
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        // PostgreSQL takes a stale pid file for a live server's when its number now belongs to another program;
        // this variable names a number that it must not be afraid of.
        env: { ...serverEnvironment(), ...(stale && { PG_GRANDPARENT_PID: String(stale.pid) }) },
        ...(home.user && { uid: home.user.uid, gid: home.user.gid }),
      },
    );
    child.unref();
    return watch(child, logOffset);
  } finally {
    await log.close();
  }
}

function watch(child: ChildProcess, logOffset: number): StartedServer {
  let fault: string | undefined;
  child.on('error', (error) => (fault = error.message));
  return {
    logOffset,
    fault: () => fault,
    hasEnded: () => fault !== undefined || child.exitCode !== null || child.signalCode !== null,
  };
}

/** Several programs that lost the server look at once, each of them for an instant in the way of the others. */
async function freeAgain(wanted: number): Promise<number | undefined> {
  for (let attempt = 1; attempt <= portLooksMax; attempt += 1) {
    const port = await freePort(wanted);
    if (port !== undefined) return port;
    await delay(pollMs);
  }
  return undefined;
}

/** A free loopback port: `wanted` or nothing, any when it is 0. */
async function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/** Losing a race (another server, our port taken meanwhile) is worth another try; anything else is for the administrator. */
async function assertWorthRetrying(
  home: Home,
  started: StartedServer,
  startCount: number,
): Promise<void> {
  const said = started.fault() ?? (await readLogFrom(home, started.logOffset));
  if (startCount < startCountMax && retriable.test(said)) {
    // Left by a power cut. A server that is starting fills it at once, long before so many tries.
    if (said.includes(emptyPidFile) && startCount > 10) {
      await rm(pidFilePath(home.dataPath), { force: true });
    }
    return;
  }
  const remedy = (await isDiskFull(home, said))
    ? `Le disque est plein : libérez de la place, rien n'est perdu.`
    : `Le journal complet est dans ${home.logPath}.`;
  throw new AppError(
    'POSTGRES_NOT_STARTED',
    `PostgreSQL ne démarre pas sur ${home.dataPath}. ${remedy}\n${said}`.trimEnd(),
  );
}

/** On a full disk the log itself may not say so: it could not be written. */
async function isDiskFull(home: Home, said: string): Promise<boolean> {
  if (/no space left/i.test(said)) return true;
  const disk = await statfs(home.dataPath).catch(() => undefined);
  return disk !== undefined && disk.bavail * disk.bsize < freeBytesMin;
}

const retriable =
  /postmaster\.pid|pre-existing shared memory|could not bind|could not create any TCP\/IP sockets/;
const emptyPidFile = 'lock file "postmaster.pid" is empty';

// After a power cut the server first replays up to 4 GB of log.
const startTimeoutMs = 600_000;
const stopTimeoutMs = 300_000;
const pollMs = 25;
const startCountMax = 40;
const portLooksMax = 10;

// One segment of PostgreSQL's log.
const freeBytesMin = 16 * 2 ** 20;

type StartedServer = {
  readonly logOffset: number;
  readonly fault: () => string | undefined;
  readonly hasEnded: () => boolean;
};
