// Who uses the private server. Each program holds a shared advisory lock for as long as it does; it goes with its
// connection, so a killed program holds nothing. Whoever can take it exclusively was the last, and stops the server.
import type pg from 'pg';
import { messageOf } from '../../errors.js';
import { limitLog } from './server-log.js';
import { connectToServer, stopServer, type ServerPlan, type ServerSession } from './server.js';

export type ServerHold = {
  readonly client: pg.Client;
  readonly port: number;
  readonly leave: () => Promise<void>;
};

/** Starts the server if need be, and holds it until `leave`: when it dies meanwhile, it is started again on its port. */
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
      session = takeHold(plan, port);
      session.then(rejoinWhenLost, (error: unknown) =>
        report(`La base privée (port ${port}) ne repart pas : ${messageOf(error)}`),
      );
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

/** Starts over when the server was being stopped by its last user meanwhile. */
async function takeHold(plan: ServerPlan, lastPort?: number): Promise<ServerSession> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await connectToServer(plan, lastPort);
    try {
      await session.client.query(`select pg_advisory_lock_shared(${lockKey})`);
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
const logCheckIntervalMs = 600_000;
