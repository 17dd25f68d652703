// The outbox: operations are claimed, kept while they are in flight, and settled by whoever still holds them.
import type { BalAPublier, FeedOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';
import { findCandidates, type Candidate } from './feed-candidates.js';
import { lockChannel, openProbe } from './feed-channel.js';
import { balOf, feedRowColumns, toFeedOperation, type FeedRow } from './feed-row.js';
import { takeOverLapsed } from './feed-takeover.js';

/** An operation that this pusher alone may send until the lease ends. */
export type ClaimedOperation = {
  readonly id: number;
  /** Names the claim: only it settles the operation. */
  readonly claim: string;
  readonly porteurCle: string;
  readonly operation: FeedOperation;
  /** What the operation is about, where it makes a BAL; of a delete too. */
  readonly bal: BalAPublier | undefined;
  readonly listeRouge: boolean;
  readonly attempts: number;
  /** Answers 500 since it was last decided. */
  readonly serverErrorCount: number;
  readonly isOutcomeUnknown: boolean;
  readonly lastCode: string | undefined;
};

export type ClaimRequest = {
  readonly claim: string;
  readonly now: Date;
  readonly leaseUntil: Date;
  /** Porteurs at most. */
  readonly porteursMax: number;
  /** Operations of one porteur at most, sent one after the other. */
  readonly chainMax: number;
  readonly attemptsMax: number;
  /** Which of the candidates go; `isFree` tells those that nobody else is deciding about. */
  readonly choose: (
    candidates: readonly Candidate[],
    isFree: (id: number) => boolean,
  ) => readonly number[];
};

export type Claim =
  | { readonly kind: 'paused'; readonly until: Date; readonly reason: string }
  | {
      readonly kind: 'claimed';
      readonly operations: readonly ClaimedOperation[];
      /** Rows that can be no operation; settled as dead. */
      readonly impossibleCount: number;
      /** Leases that ended without a result. */
      readonly takenOverCount: number;
      /** After a pause of the circuit breaker: one porteur, to see. */
      readonly isProbe: boolean;
    };

/** `db` is inside a transaction. The row of the channel is the lock of every claim: they happen one after the other. */
export async function claimOperations(db: Db, request: ClaimRequest): Promise<Claim> {
  await db.query(
    `select set_config('lock_timeout', '20s', true),
       set_config('idle_in_transaction_session_timeout', '30s', true)`,
  );
  const channel = await lockChannel(db);
  const takenOverCount = await takeOverLapsed(db, request.now, request.attemptsMax);
  if (channel.pausedUntil && channel.pausedUntil > request.now) {
    return { kind: 'paused', until: channel.pausedUntil, reason: channel.pauseReason };
  }
  const isProbe = channel.openingCount > 0;
  const rows = await claimRows(db, request, isProbe);
  if (isProbe && rows.length > 0) await openProbe(db, request.leaseUntil);
  const { operations, impossible } = sortOut(rows, request.claim);
  if (impossible.length > 0) await bury(db, impossible, request.now);
  return {
    kind: 'claimed',
    operations,
    impossibleCount: impossible.length,
    takenOverCount,
    isProbe: isProbe && operations.length > 0,
  };
}

type ClaimedRow = FeedRow & {
  readonly attempts: number;
  readonly serverErrorCount: number;
  readonly isOutcomeUnknown: boolean;
  readonly lastCode: string | null;
};

async function claimRows(db: Db, request: ClaimRequest, isProbe: boolean): Promise<ClaimedRow[]> {
  const candidates = await findCandidates(db, {
    now: request.now,
    porteursMax: isProbe ? 1 : request.porteursMax,
    chainMax: isProbe ? 1 : request.chainMax,
  });
  if (candidates.length === 0) return [];
  // Whoever is deciding about one of them (a plan, a cancellation) has it locked: it waits for the next claim.
  const { rows: free } = await db.query<{ id: number }>(
    `select id::float8 as id from feed_operation
     where id = any($1::bigint[]) and state in ('approved', 'retry') order by id for update skip locked`,
    [candidates.map(({ id }) => id)],
  );
  const ids = new Set(free.map(({ id }) => id));
  const chosen = request.choose(candidates, (id) => ids.has(id));
  const { rows } = await db.query<ClaimedRow>(
    `update feed_operation o
     set state = 'sending', claimed_by = $2::text, lease_until = $3::timestamptz, next_attempt_at = null
     where id = any($1::bigint[])
     returning ${feedRowColumns}, o.attempts, o.is_outcome_unknown as "isOutcomeUnknown",
       o.last_code as "lastCode",
       case when o.attempts = 0 then 0 else (select count(*) from feed_attempt a
         where a.operation_id = o.id and a.status = 500 and a.outcome <> 'read'
           and a.started_at >= coalesce(o.decided_at, o.created_at))::integer end as "serverErrorCount"`,
    [chosen, request.claim, request.leaseUntil],
  );
  return rows.sort((x, y) => x.id - y.id);
}

function sortOut(
  rows: readonly ClaimedRow[],
  claim: string,
): { operations: ClaimedOperation[]; impossible: number[] } {
  const operations: ClaimedOperation[] = [];
  const impossible: number[] = [];
  for (const row of rows) {
    const operation = toFeedOperation(row);
    if (!operation) {
      impossible.push(row.id);
      continue;
    }
    operations.push({
      id: row.id,
      claim,
      porteurCle: row.porteurCle,
      operation,
      bal: balOf(row),
      listeRouge: row.listeRouge,
      attempts: row.attempts,
      serverErrorCount: row.serverErrorCount,
      isOutcomeUnknown: row.isOutcomeUnknown,
      lastCode: row.lastCode ?? undefined,
    });
  }
  return { operations, impossible };
}

/** Never sent, whatever brought them here. */
async function bury(db: Db, ids: readonly number[], now: Date): Promise<void> {
  await db.query(
    `update feed_operation set state = 'dead', claimed_by = null, lease_until = null, last_code = 'OPERATION_IMPOSSIBLE',
       last_message = 'Cette opération ne désigne pas une BAL que l’Annuaire peut publier (identifiant du porteur ' ||
         'illisible, ou BAL de type 10) : elle n’a pas été envoyée. Annulez-la (« annuaire-sync push cancel ' || id ||
         ' »), corrigez l’inventaire, puis recalculez le plan.',
       sent_at = coalesce(sent_at, $2::timestamptz)
     where id = any($1::bigint[])`,
    [ids, now],
  );
}

/** Lengthens the leases; the operations that are still this pusher's. */
export async function renewLeases(
  db: Db,
  operations: readonly { readonly id: number; readonly claim: string }[],
  now: Date,
  leaseUntil: Date,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `update feed_operation o set lease_until = $4::timestamptz
     from unnest($1::bigint[], $2::text[]) c (id, claim)
     where o.id = c.id and o.state = 'sending' and o.claimed_by = c.claim and o.lease_until > $3::timestamptz
     returning o.id::float8 as id`,
    [operations.map(({ id }) => id), operations.map(({ claim }) => claim), now, leaseUntil],
  );
  return rows.map(({ id }) => id);
}
