import type { Db } from '../db/pool.js';
import type { LoadSource } from '../domain/source.js';
import type { RunOutcome } from './source-load.js';

export type LastRun = {
  readonly source: LoadSource;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
  readonly outcome: RunOutcome | 'running';
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** Last attempt that the publisher answered. */
  readonly lastContactAt: Date | undefined;
};

type Row = {
  [Key in keyof LastRun]: undefined extends LastRun[Key]
    ? Exclude<LastRun[Key], undefined> | null
    : LastRun[Key];
};

/** The last attempt of each source, and when one last reached its publisher. */
export async function listLastRuns(db: Db): Promise<LastRun[]> {
  const { rows } = await db.query<Row>(
    `select distinct on (run.source) run.source, run.started_at as "startedAt",
       run.finished_at as "finishedAt", run.outcome, run.code, run.message,
       (select max(finished_at) from source_run as answered
        where answered.source = run.source
          and answered.outcome in ('loaded', 'unchanged', 'nothing-new')) as "lastContactAt"
     from source_run as run order by run.source, run.id desc`,
  );
  return rows.map((row) => ({
    ...row,
    finishedAt: row.finishedAt ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
    lastContactAt: row.lastContactAt ?? undefined,
  }));
}
