// The runs of the hygiene cycle, and what they look at first.
import type { Db } from '../db/pool.js';

export type ParcPer = {
  /** PER BAL in service. */
  readonly perCount: number;
  /** Of these, those whose last authentication is known. */
  readonly datedCount: number;
};

export async function countPer(db: Db): Promise<ParcPer> {
  const { rows } = await db.query<ParcPer>(
    `select count(*)::integer as "perCount", count(*) filter (where est_datee)::integer as "datedCount"
     from (select adresse, bool_or(derniere_authentification is not null) as est_datee from bal_operateur
       where gone_load_id is null and etat <> 'ferme' and type_bal = 'PER' group by adresse) per`,
  );
  return rows[0] ?? { perCount: 0, datedCount: 0 };
}

/** The park as the last run saw it that held its dates to be true (or was told to). */
export async function findReference(db: Db): Promise<ParcPer | undefined> {
  const { rows } = await db.query<ParcPer>(
    `select per_count as "perCount", dated_count as "datedCount" from hygiene_run
     where finished_at is not null and not arrets && '{DATES_ABSENTES,DATES_PERDUES}'::text[]
     order by id desc limit 1`,
  );
  return rows[0];
}

export type NewHygieneRun = ParcPer & { readonly startedAt: Date; readonly author: string };

export async function insertHygieneRun(db: Db, run: NewHygieneRun): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into hygiene_run (started_at, author, per_count, dated_count)
     values ($1::timestamptz, $2::text, $3::integer, $4::integer) returning id`,
    [run.startedAt, run.author, run.perCount, run.datedCount],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into hygiene_run returned no row');
  return row.id;
}

export type HygieneRunEnd = {
  readonly finishedAt: Date;
  /** Codes of what stopped it. */
  readonly arrets: readonly string[];
  readonly acceptedGuards: readonly string[];
  readonly counts: object;
};

export async function finishHygieneRun(
  db: Db,
  runId: number,
  { finishedAt, arrets, acceptedGuards, counts }: HygieneRunEnd,
): Promise<void> {
  await db.query(
    `update hygiene_run set finished_at = $2::timestamptz, arrets = $3::text[], accepted_guards = $4::text[],
       counts = $5::jsonb
     where id = $1::integer`,
    [runId, finishedAt, arrets, acceptedGuards, JSON.stringify(counts)],
  );
}
