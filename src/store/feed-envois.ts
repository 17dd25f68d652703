// The queue page by page, the newest first.
import type { FeedState } from '../domain/feed-state.js';
import type { KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';
import { conditionsOf, type FiltreEnvois, type PageEnvois } from './feed-choix.js';

export type Envoi = {
  readonly id: number;
  readonly kind: KindOperation;
  readonly state: FeedState;
  readonly domaine: string;
  readonly adresse: string;
  readonly typeBal: string | undefined;
  readonly motif: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date | undefined;
  /** Since when it is in its queue. */
  readonly depuis: Date;
  readonly code: string | undefined;
  readonly message: string | undefined;
};

export type EnvoisLus = {
  readonly envois: readonly Envoi[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
};

type Row = {
  [K in keyof Envoi]: undefined extends Envoi[K] ? Exclude<Envoi[K], undefined> | null : Envoi[K];
};

export async function listEnvois(
  db: Db,
  filtre: FiltreEnvois,
  { apres, avant, taille }: PageEnvois,
): Promise<EnvoisLus> {
  const isBackwards = avant !== undefined;
  const values: unknown[] = [];
  const conditions = [
    conditionsOf(filtre, values),
    ...(apres === undefined ? [] : [`o.id < $${values.push(apres)}::bigint`]),
    ...(avant === undefined ? [] : [`o.id > $${values.push(avant)}::bigint`]),
  ];
  const { rows } = await db.query<Row>(
    `select o.id::float8 as id, o.kind, o.state, o.domaine, o.adresse, o.type_bal as "typeBal", o.motif,
       o.attempts, o.next_attempt_at as "nextAttemptAt",
       case o.state when 'accepted' then o.accepted_at when 'confirmed' then o.confirmed_at
         else coalesce(o.decided_at, o.created_at) end as depuis,
       o.last_code as code, o.last_message as message
     from feed_operation o where ${conditions.join(' and ')}
     order by o.id ${isBackwards ? 'asc' : 'desc'} limit $${values.push(taille + 1)}::integer`,
    values,
  );
  const isMore = rows.length > taille;
  const page = rows.slice(0, taille).map(toEnvoi);
  return {
    envois: isBackwards ? page.reverse() : page,
    hasPrevious: isBackwards ? isMore : apres !== undefined,
    hasNext: isBackwards ? true : isMore,
  };
}

/** No further than `countMax`. */
export async function countEnvoisUpTo(
  db: Db,
  filtre: FiltreEnvois,
  countMax: number,
): Promise<number> {
  const values: unknown[] = [];
  const conditions = conditionsOf(filtre, values);
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from (select from feed_operation o where ${conditions}
       limit $${values.push(countMax)}::integer) premieres`,
    values,
  );
  return rows[0]?.n ?? 0;
}

export type MotifDEchec = {
  readonly state: FeedState;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly nombre: number;
};

/** Why operations are refused or held: by code, with the message of the last one. */
export async function countFailures(db: Db, codesMax: number): Promise<MotifDEchec[]> {
  const { rows } = await db.query<{
    state: FeedState;
    code: string | null;
    message: string | null;
    nombre: number;
  }>(
    `select state, last_code as code, count(*)::integer as nombre,
       (array_agg(last_message order by id desc))[1] as message
     from feed_operation where state in ('dead', 'held') group by state, last_code
     order by nombre desc, state, last_code limit $1::integer`,
    [codesMax],
  );
  return rows.map((row) => ({
    ...row,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
  }));
}

function toEnvoi(row: Row): Envoi {
  return {
    ...row,
    typeBal: row.typeBal ?? undefined,
    nextAttemptAt: row.nextAttemptAt ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
  };
}
