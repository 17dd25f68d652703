// Who uses the private server. Each program holds a shared advisory lock for as long as it does; it goes with its
// connection, so a killed program holds nothing. Whoever can take it exclusively was the last, and stops the server.
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { messageOf } from '../../errors.js';
import { recordPort } from './last-port.js';
import { limitLog } from './server-log.js';
import { connectToServer, stopServer, type ServerPlan, type ServerSession } from './server.js';

export type ServerHold = {
  readonly client: pg.Client;
  readonly port: number;
  readonly leave: () => Promise<void>;
};

/**
 * Starts the server if need be, and holds it until `leave`: when it dies meanwhile, it is started again on its port, as often as
 * it takes (a disk that is full stays so until somebody makes room).
 */
export async function holdServer(
  plan: ServerPlan,
  report: (message: string) => void,
): Promise<ServerHold> {
  const first = await takeHold(plan);
  const stopping = new AbortController();
  let session = Promise.resolve(first);
  const rejoinWhenLost = ({ client, port }: ServerSession): void => {
    client.once('end', () => {
      if (stopping.signal.aborted) return;
      report('La base privée PostgreSQL s’est interrompue ; elle est relancée.');
      session = takeHoldAgain(plan, port, report, stopping.signal);
      // Rejected when it is told to stop, by then of no interest to anybody.
      session.then(rejoinWhenLost, () => undefined);
    });
  };
  rejoinWhenLost(first);
  const logCheck = setInterval(
    () => void limitLog(plan.home).catch(() => undefined),
    logCheckIntervalMs,
  ).unref();
  return {
    client: first.client,
    port: first.port,
    leave: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      clearInterval(logCheck);
      // When it could not be started again there is nothing to leave.
      const last = await session.catch(() => undefined);
      if (last) await leaveServer(plan, last.client);
    },
  };
}

/** Tries until it holds the server or is told to stop; says once that it does not start, and once that it does. */
async function takeHoldAgain(
  plan: ServerPlan,
  lastPort: number,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<ServerSession> {
  for (let waitMs = retryMinMs; ; waitMs = Math.min(retryMaxMs, waitMs * 2)) {
    try {
      const session = await takeHold(plan, lastPort);
      if (session.port !== lastPort) report(describeMove(lastPort, session.port));
      else if (waitMs > retryMinMs) report('La base privée PostgreSQL est repartie.');
      return session;
    } catch (error) {
      signal.throwIfAborted();
      if (waitMs === retryMinMs) {
        report(
          `La base privée (port ${lastPort}) ne repart pas ; elle est réessayée, toutes les ${retryMaxMs / 1_000} s au ` +
            `plus, jusqu’à ce qu’elle reparte. ${messageOf(error)}`,
        );
      }
    }
    await delay(waitMs, undefined, { signal });
  }
}

function describeMove(lastPort: number, port: number): string {
  return (
    `La base privée PostgreSQL est repartie sur le port ${port} : un autre programme a pris le ${lastPort}, où celui-ci ` +
    `la cherche encore. Relancez-le.`
  );
}

/** Starts over when the server was being stopped by its last user meanwhile. */
async function takeHold(plan: ServerPlan, lastPort?: number): Promise<ServerSession> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await connectToServer(plan, lastPort);
    try {
      await session.client.query(`select pg_advisory_lock_shared(${lockKey})`);
      await recordPort(plan.home, session.port);
      return session;
    } catch (error) {
      await session.client.end().catch(() => undefined);
      if (attempt === attemptsMax) throw error;
    }
  }
}

async function leaveServer(plan: ServerPlan, client: pg.Client): Promise<void> {
  try {
    // The exclusive lock is held until the end: who comes meanwhile waits for it, is cut, and starts the server anew.
    if (await isLastUser(client)) await stopServer(plan.home);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** False too when the connection is lost: the lock went with it, and a server that died needs no stopping. */
async function isLastUser(client: pg.Client): Promise<boolean> {
  try {
    await client.query(`select pg_advisory_unlock_shared(${lockKey})`);
    const { rows } = await client.query<{ isLast: boolean }>(
      `select pg_try_advisory_lock(${lockKey}) as "isLast"`,
    );
    return rows[0]?.isLast === true;
  } catch {
    return false;
  }
}

const lockKey = `hashtextextended('annuaire-sante-sync:engine', 0)`;
const attemptsMax = 20;
const retryMinMs = 500;
const retryMaxMs = 15_000;
const logCheckIntervalMs = 600_000;
