import type { Db } from '../db/pool.js';
import type { LoadSource } from '../domain/source.js';
import type { RunOutcome } from './source-load.js';

export type LastRun = {
  readonly source: LoadSource;
  /** Name of the source of the inventory; undefined for a national source. */
  readonly inventaireSource: string | undefined;
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

/** The last attempt of each national source and of each source of the inventory, and when one last reached its publisher. */
export async function listLastRuns(db: Db): Promise<LastRun[]> {
  const { rows } = await db.query<Row>(
    `select distinct on (run.source, run.inventaire_source) run.source,
       run.inventaire_source as "inventaireSource", run.started_at as "startedAt",
       run.finished_at as "finishedAt", run.outcome, run.code, run.message,
       (select max(finished_at) from source_run as answered
        where answered.source = run.source
          and answered.inventaire_source is not distinct from run.inventaire_source
          and answered.outcome in ('loaded', 'unchanged', 'nothing-new')) as "lastContactAt"
     from source_run as run order by run.source, run.inventaire_source, run.id desc`,
  );
  return rows.map((row) => ({
    ...row,
    inventaireSource: row.inventaireSource ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
    lastContactAt: row.lastContactAt ?? undefined,
  }));
}
