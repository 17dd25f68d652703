// Decisions of a person about operations that did not go through: send again, or give up. Each leaves a trace.
import type { Db } from '../db/pool.js';

export type Selection =
  | { readonly kind: 'ids'; readonly ids: readonly number[] }
  /** Every operation that the decision may apply to; narrowed by what is given. */
  | { readonly kind: 'all'; readonly motif: string | undefined; readonly code: string | undefined };

export type Decision = {
  readonly action: 'replay' | 'cancel';
  readonly selection: Selection;
  readonly author: string;
  readonly reason: string | undefined;
  readonly now: Date;
};

export type DecisionResult = {
  /** Ascending; the other halves of changes of type included. */
  readonly ids: readonly number[];
  /** Asked for by number, and not in a state that allows it. */
  readonly refused: readonly { readonly id: number; readonly state: string | undefined }[];
};

const etatsAdmis = {
  replay: ['dead', 'held'],
  cancel: ['planned', 'approved', 'retry', 'held', 'dead'],
} as const;

/**
 * `db` is inside a transaction. A delete and an insert of one BAL on one porteur are one change of type: a decision about
 * one is about both, or a BAL would go and not come back.
 */
export async function decideOperations(db: Db, decision: Decision): Promise<DecisionResult> {
  const { action, selection } = decision;
  const admis = etatsAdmis[action];
  const { rows: chosen } = await db.query<{ id: number }>(
    `select o.id::float8 as id from feed_operation o
     where o.state = any($1::text[])
       and ($2::bigint[] is null or o.id = any($2::bigint[]) or (o.kind in ('insert', 'delete') and exists (
         select from feed_operation moitie where moitie.id = any($2::bigint[]) and moitie.state = any($1::text[])
           and moitie.adresse = o.adresse and moitie.porteur_cle = o.porteur_cle
           and moitie.kind in ('insert', 'delete'))))
       and ($3::text is null or o.motif = $3::text) and ($4::text is null or o.last_code = $4::text)
     order by o.id for update`,
    [
      admis,
      selection.kind === 'ids' ? selection.ids : null,
      selection.kind === 'all' ? (selection.motif ?? null) : null,
      selection.kind === 'all' ? (selection.code ?? null) : null,
    ],
  );
  const ids = chosen.map(({ id }) => id);
  await applyDecision(db, decision, ids);
  return { ids, refused: await listRefused(db, selection, ids) };
}

async function applyDecision(db: Db, decision: Decision, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const { action, author, now, reason, selection } = decision;
  await db.query(
    action === 'replay'
      ? `update feed_operation set state = 'approved', attempts = 0, next_attempt_at = null,
           decided_at = $2::timestamptz, decided_by = $3::text where id = any($1::bigint[])`
      : `update feed_operation set state = 'cancelled', next_attempt_at = null,
           decided_at = $2::timestamptz, decided_by = $3::text where id = any($1::bigint[])`,
    [ids, now, author],
  );
  await db.query(
    `insert into plan_decision (decided_at, author, action, filter, reason, operation_count)
     values ($1::timestamptz, $2::text, $3::text, $4::jsonb, $5::text, $6::integer)`,
    [now, author, action, JSON.stringify(filterOf(selection, ids)), reason ?? null, ids.length],
  );
}

function filterOf(selection: Selection, ids: readonly number[]): object {
  return selection.kind === 'ids'
    ? { operations: ids }
    : {
        tout: true,
        ...(selection.motif === undefined ? {} : { motif: selection.motif }),
        ...(selection.code === undefined ? {} : { code: selection.code }),
      };
}

async function listRefused(
  db: Db,
  selection: Selection,
  done: readonly number[],
): Promise<DecisionResult['refused']> {
  if (selection.kind !== 'ids') return [];
  const { rows } = await db.query<{ id: number; state: string | null }>(
    `select w.id::float8 as id, o.state from unnest($1::bigint[]) w (id)
     left join feed_operation o on o.id = w.id where not w.id = any($2::bigint[]) order by w.id`,
    [selection.ids, done],
  );
  return rows.map(({ id, state }) => ({ id, state: state ?? undefined }));
}
