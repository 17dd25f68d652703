// The reconciliations made so far.
import type { Db } from '../db/pool.js';

export type ReconcileRun = {
  readonly id: number;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly judgedAt: Date;
  readonly mode: 'full' | 'delta';
  /** Source -> source_load.id that it saw. */
  readonly loads: Readonly<Record<string, number>>;
  readonly settingsFingerprint: string;
  readonly balCount: number | undefined;
  readonly openedCount: number;
  readonly closedCount: number;
  readonly openCount: number;
  /** FINESS sites whose EJ is a matter of count (migrations/0003). */
  readonly sitesAmbigus: readonly string[];
};

type RunRow = Omit<ReconcileRun, 'balCount'> & { balCount: number | null };

/** The last reconciliation that ended. */
export async function findLastRun(db: Db): Promise<ReconcileRun | undefined> {
  const { rows } = await db.query<RunRow>(
    `select id, started_at as "startedAt", finished_at as "finishedAt", judged_at as "judgedAt", mode,
       loads, settings_fingerprint as "settingsFingerprint", bal_count as "balCount",
       opened_count as "openedCount", closed_count as "closedCount", open_count as "openCount",
       sites_ambigus as "sitesAmbigus"
     from reconcile_run where finished_at is not null order by id desc limit 1`,
  );
  return rows[0] && { ...rows[0], balCount: rows[0].balCount ?? undefined };
}

export type NewReconcileRun = Pick<
  ReconcileRun,
  'startedAt' | 'judgedAt' | 'mode' | 'loads' | 'settingsFingerprint'
>;

export async function insertRun(db: Db, run: NewReconcileRun): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into reconcile_run (started_at, judged_at, mode, loads, settings_fingerprint)
     values ($1::timestamptz, $2::timestamptz, $3::text, $4::jsonb, $5::text) returning id`,
    [run.startedAt, run.judgedAt, run.mode, JSON.stringify(run.loads), run.settingsFingerprint],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into reconcile_run returned no row');
  return row.id;
}

export type RunCounts = {
  readonly balCount: number;
  readonly openedCount: number;
  readonly closedCount: number;
  readonly openCount: number;
  readonly sitesAmbigus: readonly string[];
};

export async function finishRun(db: Db, runId: number, counts: RunCounts): Promise<void> {
  await db.query(
    `update reconcile_run set finished_at = clock_timestamp(), bal_count = $2::integer,
       opened_count = $3::integer, closed_count = $4::integer, open_count = $5::integer, sites_ambigus = $6::text[],
       par_code = (select coalesce(jsonb_object_agg(code, n), '{}') from (
         select code, count(*) as n from constat where closed_run_id is null group by code) ouverts)
     where id = $1::integer`,
    [
      runId,
      counts.balCount,
      counts.openedCount,
      counts.closedCount,
      counts.openCount,
      counts.sitesAmbigus,
    ],
  );
}
