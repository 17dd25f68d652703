// The queue as a person looks at it: how many, since when, why not, what was sent.
import type { FeedState } from '../domain/feed-state.js';
import type { KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';

export async function countDue(db: Db, now: Date): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from feed_operation
     where state in ('approved', 'retry') and (next_attempt_at is null or next_attempt_at <= $1::timestamptz)`,
    [now],
  );
  return rows[0]?.n ?? 0;
}

/** When something can be claimed, or taken over, of what only time holds back. */
export async function findNextDue(db: Db): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select min(at) as at from (
       (select next_attempt_at as at from feed_operation
        where state in ('approved', 'retry') and next_attempt_at is not null order by 1 limit 1)
       union all select min(lease_until) from feed_operation where state = 'sending') t`,
  );
  return rows[0]?.at ?? undefined;
}

export type StateCount = {
  readonly state: FeedState;
  readonly count: number;
  readonly oldestAt: Date;
};

/** Of every state that has operations; `oldestAt`: since when the oldest is in the queue. */
export async function countStates(db: Db): Promise<StateCount[]> {
  const { rows } = await db.query<StateCount>(
    `select state, count(*)::integer as count,
       min(case state when 'accepted' then accepted_at when 'confirmed' then confirmed_at
         else coalesce(decided_at, created_at) end) as "oldestAt"
     from feed_operation group by state`,
  );
  return rows;
}

export type QueueLine = {
  readonly id: number;
  readonly kind: KindOperation;
  readonly state: FeedState;
  readonly adresse: string;
  readonly typeBal: string | undefined;
  readonly porteurCle: string;
  readonly motif: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date | undefined;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
};

type QueueRow = Nullable<QueueLine>;

const lineColumns = `id::float8 as id, kind, state, adresse, type_bal as "typeBal", porteur_cle as "porteurCle",
  motif, attempts, next_attempt_at as "nextAttemptAt", last_status as status, last_code as code,
  last_message as message`;

/** Those that a person has to look at (dead, held), the newest first. */
export async function listStuck(db: Db, countMax: number): Promise<QueueLine[]> {
  const { rows } = await db.query<QueueRow>(
    `select ${lineColumns} from feed_operation where state in ('dead', 'held')
     order by sent_at desc nulls last, id desc limit $1::integer`,
    [countMax],
  );
  return rows.map(toLine);
}

/** Approved operations that wait for another one, which may never come. */
export async function countWaitingForAnother(db: Db): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from feed_operation o
     where o.state in ('approved', 'retry') and (
       exists (select from feed_operation avant where avant.id = o.apres_id
         and avant.state not in ('accepted', 'confirmed', 'approved', 'retry', 'sending'))
       or exists (select from feed_operation moitie
         where moitie.adresse = o.adresse and moitie.porteur_cle = o.porteur_cle
           and moitie.kind = case o.kind when 'insert' then 'delete' when 'delete' then 'insert' end
           and moitie.state in ('planned', 'held', 'dead')))`,
  );
  return rows[0]?.n ?? 0;
}

export type PlanInForce = {
  readonly id: number;
  readonly etat: string;
  readonly plannedCount: number;
};

/** The newest plan, and what of it waits for a decision. */
export async function findPlanInForce(db: Db): Promise<PlanInForce | undefined> {
  const { rows } = await db.query<PlanInForce>(
    `select p.id, p.etat, (select count(*) from feed_operation where state = 'planned')::integer as "plannedCount"
     from plan p where p.etat <> 'remplace' order by p.id desc limit 1`,
  );
  return rows[0];
}

function toLine(row: QueueRow): QueueLine {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    adresse: row.adresse,
    typeBal: row.typeBal ?? undefined,
    porteurCle: row.porteurCle,
    motif: row.motif,
    attempts: row.attempts,
    nextAttemptAt: row.nextAttemptAt ?? undefined,
    status: row.status ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
  };
}

export type AttemptLine = {
  readonly attempt: number;
  readonly requestId: string;
  readonly pusher: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
  readonly request: string | undefined;
  readonly status: number | undefined;
  readonly outcome: string | undefined;
  readonly response: string | undefined;
  readonly message: string | undefined;
};

export type OperationDetail = QueueLine & {
  readonly domaine: string;
  readonly champs: readonly string[];
  readonly exigence: string;
  readonly valeurs: object;
  readonly apresId: number | undefined;
  readonly createdAt: Date;
  readonly decidedAt: Date | undefined;
  readonly decidedBy: string | undefined;
  readonly isOutcomeUnknown: boolean;
  readonly claimedBy: string | undefined;
  readonly leaseUntil: Date | undefined;
  readonly acceptedAt: Date | undefined;
  readonly confirmedAt: Date | undefined;
  readonly confirmedBy: string | undefined;
  readonly tentatives: readonly AttemptLine[];
};

const attemptsShownMax = 100;

type DetailRow = Nullable<Omit<OperationDetail, 'tentatives'>>;

/** One operation with its last attempts, oldest first; the text of a shared request is found wherever it was kept. */
export async function findOperation(db: Db, id: number): Promise<OperationDetail | undefined> {
  const { rows } = await db.query<DetailRow>(
    `select ${lineColumns}, domaine, champs, exigence, valeurs, apres_id::float8 as "apresId",
       created_at as "createdAt", decided_at as "decidedAt", decided_by as "decidedBy",
       is_outcome_unknown as "isOutcomeUnknown", claimed_by as "claimedBy", lease_until as "leaseUntil",
       accepted_at as "acceptedAt", confirmed_at as "confirmedAt", confirmed_by as "confirmedBy"
     from feed_operation where id = $1::bigint`,
    [id],
  );
  const row = rows[0];
  if (!row) return undefined;
  const { rows: attempts } = await db.query<Nullable<AttemptLine>>(
    `select a.attempt, a.request_id as "requestId", a.pusher, a.started_at as "startedAt",
       a.finished_at as "finishedAt", coalesce(a.request, partage.request) as request, a.status,
       a.outcome, coalesce(a.response, partage.response) as response, a.message
     from feed_attempt a
     left join lateral (
       select p.request, p.response from feed_operation o
       join feed_attempt p on p.operation_id = o.id and p.request_id = a.request_id
       where a.request is null and o.porteur_cle = $2::text and p.request is not null
       limit 1) partage on true
     where a.operation_id = $1::bigint order by a.id desc limit ${attemptsShownMax}`,
    [id, row.porteurCle],
  );
  return {
    ...toLine(row),
    domaine: row.domaine,
    champs: row.champs,
    exigence: row.exigence,
    valeurs: row.valeurs,
    apresId: row.apresId ?? undefined,
    createdAt: row.createdAt,
    decidedAt: row.decidedAt ?? undefined,
    decidedBy: row.decidedBy ?? undefined,
    isOutcomeUnknown: row.isOutcomeUnknown,
    claimedBy: row.claimedBy ?? undefined,
    leaseUntil: row.leaseUntil ?? undefined,
    acceptedAt: row.acceptedAt ?? undefined,
    confirmedAt: row.confirmedAt ?? undefined,
    confirmedBy: row.confirmedBy ?? undefined,
    tentatives: attempts.reverse().map((attempt) => ({
      ...attempt,
      finishedAt: attempt.finishedAt ?? undefined,
      request: attempt.request ?? undefined,
      status: attempt.status ?? undefined,
      outcome: attempt.outcome ?? undefined,
      response: attempt.response ?? undefined,
      message: attempt.message ?? undefined,
    })),
  };
}

/** As PostgreSQL gives it: null in the place of undefined. */
type Nullable<T> = {
  readonly [K in keyof T]: Exclude<T[K], undefined> | (undefined extends T[K] ? null : never);
};
