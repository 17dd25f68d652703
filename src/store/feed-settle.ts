// What came of operations that were claimed, written in batches; only the claim that still holds one settles it.
import type { Db } from '../db/pool.js';

/** One request, or one read-back, as the operation sees it. */
export type AttemptRecord = {
  readonly requestId: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Undefined on all but the first operation of a request. */
  readonly request: string | undefined;
  readonly status: number | undefined;
  readonly outcome: 'accepted' | 'rejected' | 'unavailable' | 'unknown' | 'read';
  readonly response: string | undefined;
  readonly message: string | undefined;
};

export type Settlement = {
  readonly id: number;
  readonly claim: string;
  readonly state: 'accepted' | 'retry' | 'held' | 'dead' | 'approved';
  readonly isOutcomeUnknown: boolean;
  /** False when what failed was the channel and not the operation. */
  readonly isAttemptCounted: boolean;
  readonly attempt: number;
  /** Of a retry. */
  readonly nextAttemptAt: Date | undefined;
  readonly settledAt: Date;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly attempts: readonly AttemptRecord[];
};

export type SettleOptions = {
  readonly pusher: string;
  readonly now: Date;
  /** The same batch was tried before and its fate is not known. */
  readonly isRepeated: boolean;
};

/** The identifiers settled; those whose lease ended are not. `db` is inside a transaction. */
export async function settleOperations(
  db: Db,
  settlements: readonly Settlement[],
  options: SettleOptions,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `with reglement as (
       select * from unnest($2::bigint[], $3::text[], $4::text[], $5::boolean[], $6::integer[],
         $7::timestamptz[], $8::timestamptz[], $9::integer[], $10::text[], $11::text[])
         r (id, claim, state, est_inconnue, comptees, prochaine, regle_le, statut, code, message))
     update feed_operation o set state = r.state, claimed_by = null, lease_until = null,
       is_outcome_unknown = r.est_inconnue, attempts = o.attempts + r.comptees, next_attempt_at = r.prochaine,
       accepted_at = case when r.state = 'accepted' then r.regle_le else o.accepted_at end,
       sent_at = r.regle_le, last_status = r.statut, last_code = r.code, last_message = r.message
     from reglement r
     where o.id = r.id and o.state = 'sending' and o.claimed_by = r.claim and o.lease_until > $1::timestamptz
     returning o.id::float8 as id`,
    [
      options.now,
      settlements.map((one) => one.id),
      settlements.map((one) => one.claim),
      settlements.map((one) => one.state),
      settlements.map((one) => one.isOutcomeUnknown),
      settlements.map((one) => (one.isAttemptCounted ? 1 : 0)),
      settlements.map((one) => one.nextAttemptAt ?? null),
      settlements.map((one) => one.settledAt),
      settlements.map((one) => one.status ?? null),
      settlements.map((one) => one.code ?? null),
      settlements.map((one) => one.message ?? null),
    ],
  );
  await insertAttempts(db, settlements, options);
  return rows.map(({ id }) => id);
}

/** Recorded even when the lease is lost: the request did leave. */
async function insertAttempts(
  db: Db,
  settlements: readonly Settlement[],
  { pusher, isRepeated }: SettleOptions,
): Promise<void> {
  const lines = settlements.flatMap((settlement) =>
    settlement.attempts.map((record) => ({ settlement, record })),
  );
  if (lines.length === 0) return;
  await db.query(
    `insert into feed_attempt (operation_id, attempt, request_id, pusher, started_at, finished_at, request,
       status, outcome, response, message)
     select e.operation_id, e.attempt, e.request_id, $1::text, e.started_at, e.finished_at, e.request, e.status,
       e.outcome, e.response, e.message
     from unnest($2::bigint[], $3::integer[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
       string_to_array($7::text, chr(1), chr(2)), $8::integer[], $9::text[],
       string_to_array($10::text, chr(1), chr(2)), $11::text[])
       e (operation_id, attempt, request_id, started_at, finished_at, request, status, outcome, response, message)
     where not ($12::boolean and exists (select from feed_attempt deja
       where deja.operation_id = e.operation_id and deja.request_id = e.request_id))`,
    [
      pusher,
      lines.map(({ settlement }) => settlement.id),
      lines.map(({ settlement }) => settlement.attempt),
      lines.map(({ record }) => record.requestId),
      lines.map(({ record }) => record.startedAt),
      lines.map(({ record }) => record.finishedAt),
      joined(lines.map(({ record }) => stored(record.request))),
      lines.map(({ record }) => record.status ?? null),
      lines.map(({ record }) => record.outcome),
      joined(lines.map(({ record }) => stored(record.response))),
      lines.map(({ record }) => stored(record.message)),
      isRepeated,
    ],
  );
}

// Whatever the border already cut: one answer must not fill the disk.
const textCharsMax = 16_384;

/** As PostgreSQL takes it: bounded, without the NUL that no text column holds nor the marks that `joined` needs. */
function stored(text: string | undefined): string | null {
  if (text === undefined) return null;
  const clean = [nul, separator, absent].reduce(
    (left, mark) => left.replaceAll(mark, '\ufffd'),
    text,
  );
  return clean.length <= textCharsMax ? clean : `${clean.slice(0, textCharsMax)} […]`;
}

const nul = '\u0000';
const separator = '\u0001';
const absent = '\u0002';

/** Texts of JSON as one text: written as an array, each of their quotes would be escaped here and read again there. */
function joined(texts: readonly (string | null)[]): string {
  return texts.map((text) => text ?? absent).join(separator);
}

/** Gives back operations that were claimed and never left: as they were before. */
export async function releaseOperations(
  db: Db,
  operations: readonly { readonly id: number; readonly claim: string }[],
  now: Date,
): Promise<void> {
  await db.query(
    `update feed_operation o set claimed_by = null, lease_until = null,
       state = case when o.attempts > 0 then 'retry' else 'approved' end,
       next_attempt_at = case when o.attempts > 0 then $3::timestamptz end
     from unnest($1::bigint[], $2::text[]) c (id, claim)
     where o.id = c.id and o.state = 'sending' and o.claimed_by = c.claim`,
    [operations.map(({ id }) => id), operations.map(({ claim }) => claim), now],
  );
}
