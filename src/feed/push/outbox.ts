// What the pusher needs of the database. The real one runs on a pool; a dry run, on a private copy of the queue.
import type { Db, Pool } from '../../db/pool.js';
import { transaction } from '../../db/transaction.js';
import {
  closeProbe,
  lockChannel,
  pauseChannel,
  reopenChannel,
  reserveCalls,
  stopChannel,
  type Pause,
} from '../../store/feed-channel.js';
import { publishEvenement } from '../../store/evenement.js';
import {
  claimOperations,
  renewLeases,
  type Claim,
  type ClaimedOperation,
  type ClaimRequest,
} from '../../store/feed-outbox.js';
import { countDue, findNextDue } from '../../store/feed-queue.js';
import {
  releaseOperations,
  settleOperations,
  type Settlement,
  type SettleOptions,
} from '../../store/feed-settle.js';

export type Outbox = {
  claim(request: ClaimRequest): Promise<Claim>;
  /** The identifiers settled. */
  settle(settlements: readonly Settlement[], options: SettleOptions): Promise<readonly number[]>;
  /** The identifiers still held. */
  renew(
    operations: readonly ClaimedOperation[],
    now: Date,
    leaseUntil: Date,
  ): Promise<readonly number[]>;
  release(operations: readonly ClaimedOperation[], now: Date): Promise<void>;
  /** Milliseconds to wait before the first of `count` calls, `intervalMs` apart. */
  reserveCalls(count: number, intervalMs: number): Promise<number>;
  pause(pause: Pause): Promise<void>;
  closeProbe(until: Date): Promise<void>;
  reopen(): Promise<void>;
  stop(at: Date, code: string, message: string): Promise<void>;
  countDue(now: Date): Promise<number>;
  /** When the next operation can be claimed, or a lease ends; undefined when nothing will. */
  findNextDue(): Promise<Date | undefined>;
};

/** What is known to be published is told of accepted operations, in the transaction that settles them. */
export type RecordPublication = (db: Db, operationIds: readonly number[]) => Promise<void>;

/** Where statements run: a pool, or the one session of a dry run. */
export type Database = {
  /** One statement; never inside of `transaction`. */
  readonly run: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
};

export function poolDatabase(pool: Pool): Database {
  return { run: (work) => work(pool), transaction: (work) => transaction(pool, work) };
}

/** One session: its statements and transactions take turns. */
export function sessionDatabase(session: Db): Database {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    const mine = last.then(() => work(session));
    last = mine.catch(() => undefined);
    return mine;
  };
  return { run: inTurn, transaction: inTurn };
}

export function createOutbox(database: Database, recordPublication: RecordPublication): Outbox {
  const { run } = database;
  return {
    claim: (request) => database.transaction((client) => claimOperations(client, request)),
    settle: (settlements, options) =>
      database.transaction(async (client) => {
        const ids = await settleOperations(client, settlements, options);
        const accepted = acceptedOf(settlements, ids);
        if (accepted.length > 0) await recordPublication(client, accepted);
        return ids;
      }),
    renew: (operations, now, leaseUntil) =>
      run((db) => renewLeases(db, operations, now, leaseUntil)),
    release: (operations, now) => run((db) => releaseOperations(db, operations, now)),
    reserveCalls: (count, intervalMs) => run((db) => reserveCalls(db, count, intervalMs)),
    pause: (pause) => run((db) => pauseChannel(db, pause)),
    closeProbe: (until) => run((db) => closeProbe(db, until)),
    reopen: () => run(reopenChannel),
    stop: (at, code, message) =>
      database.transaction((client) => stopAndAnnounce(client, at, code, message)),
    countDue: (now) => run((db) => countDue(db, now)),
    findNextDue: () => run(findNextDue),
  };
}

/** The programs of the opérateur are told once: until an answer comes, it is the same stop. */
async function stopAndAnnounce(db: Db, at: Date, code: string, message: string): Promise<void> {
  const { stop } = await lockChannel(db);
  await stopChannel(db, at, code, message);
  if (stop?.code === code) return;
  const type = 'canal.arrete';
  await publishEvenement(
    db,
    { type, cle: `${type}:${at.toISOString()}`, donnees: { code, message } },
    at,
  );
}

function acceptedOf(settlements: readonly Settlement[], ids: readonly number[]): number[] {
  const settled = new Set(ids);
  return settlements
    .filter(({ id, state }) => state === 'accepted' && settled.has(id))
    .map(({ id }) => id);
}
