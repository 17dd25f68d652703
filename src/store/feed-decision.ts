// Decisions of a person about operations that did not go through: send again, or give up. Each leaves a trace.
import type { Db } from '../db/pool.js';
import {
  foreseeDecision,
  prisesSql,
  type ActionEnvois,
  type EffetEnvois,
  type Selection,
} from './feed-choix.js';

export type Decision = {
  readonly action: ActionEnvois;
  readonly selection: Selection;
  readonly author: string;
  readonly reason: string | undefined;
  readonly now: Date;
  /** Of the form that decides; kept with the decision. */
  readonly cle?: string | undefined;
};

export type DecisionResult = {
  /** Ascending; the other halves of changes of type included. */
  readonly ids: readonly number[];
  /** Asked for by number, and not in a state that allows it. */
  readonly refused: readonly { readonly id: number; readonly state: string | undefined }[];
};

/** `db` is inside a transaction. */
export async function decideOperations(db: Db, decision: Decision): Promise<DecisionResult> {
  const { action, selection } = decision;
  const ids = await lockChosen(db, action, selection);
  await applyDecision(db, decision, ids);
  return { ids, refused: await listRefused(db, selection, ids) };
}

export type ConfirmedDecision =
  | { readonly kind: 'faite'; readonly result: DecisionResult }
  | {
      readonly kind: 'deja-faite';
      readonly auteur: string;
      readonly le: Date;
      readonly nombre: number;
    }
  /** What it would take is no longer what was shown; nothing was decided. */
  | { readonly kind: 'changee'; readonly effet: EffetEnvois };

/**
 * `db` is inside a transaction. Decides when its effect is still the one that was shown, whose fingerprint is `empreinte`;
 * the same form sent twice decides once.
 */
export async function confirmDecision(
  db: Db,
  decision: Decision & { readonly cle: string },
  empreinte: string,
): Promise<ConfirmedDecision> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1::text, 0))`, [
    `annuaire-sante-sync:envois:${decision.cle}`,
  ]);
  const { rows } = await db.query<{ auteur: string; le: Date; nombre: number }>(
    `select author as auteur, decided_at as le, operation_count as nombre from plan_decision
     where action = $1::text and filter ->> 'cle' = $2::text order by id desc limit 1`,
    [decision.action, decision.cle],
  );
  if (rows[0]) return { kind: 'deja-faite', ...rows[0] };
  // Held to the end: what is counted next is what is decided.
  await lockChosen(db, decision.action, decision.selection);
  const effet = await foreseeDecision(db, decision.action, decision.selection);
  if (effet.empreinte !== empreinte) return { kind: 'changee', effet };
  return { kind: 'faite', result: await decideOperations(db, decision) };
}

async function lockChosen(db: Db, action: ActionEnvois, selection: Selection): Promise<number[]> {
  const { sql, admis, values } = prisesSql(action, selection);
  const { rows } = await db.query<{ id: number }>(
    `${sql}
     select o.id::float8 as id from feed_operation o
     where o.id in (select id from prise) and ${admis} order by o.id for update`,
    values,
  );
  return rows.map(({ id }) => id);
}

async function applyDecision(db: Db, decision: Decision, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const { action, author, now, reason } = decision;
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
    [now, author, action, JSON.stringify(filterOf(decision, ids)), reason ?? null, ids.length],
  );
}

function filterOf({ selection, cle }: Decision, ids: readonly number[]): object {
  return {
    ...(selection.kind === 'ids' ? { operations: ids } : { tout: true, ...selection.filtre }),
    ...(cle === undefined ? {} : { cle }),
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
