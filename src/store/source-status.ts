import type { Db } from '../db/pool.js';
import type { LoadSource } from '../domain/source.js';
import { versionEvenements, type RunOutcome } from './source-load.js';

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

/**
 * The last attempt of each national source and of each source of the inventory, and when one last reached its publisher. Events
 * that were applied since a snapshot was refused say nothing of what it held: the refusal stays the last word.
 */
export async function listLastRuns(db: Db): Promise<LastRun[]> {
  const { rows } = await db.query<Row>(
    `with instantane as (
       select distinct on (inventaire_source) inventaire_source, outcome from source_run
       where inventaire_source is not null and version is distinct from $1::text and outcome <> 'running'
       order by inventaire_source, id desc)
     select distinct on (run.source, run.inventaire_source) run.source,
       run.inventaire_source as "inventaireSource", run.started_at as "startedAt",
       run.finished_at as "finishedAt", run.outcome, run.code, run.message,
       (select max(finished_at) from source_run as answered
        where answered.source = run.source
          and answered.inventaire_source is not distinct from run.inventaire_source
          and answered.outcome in ('loaded', 'unchanged', 'nothing-new')) as "lastContactAt"
     from source_run as run left join instantane using (inventaire_source)
     where (run.version = $1::text and run.outcome in ('loaded', 'unchanged') and instantane.outcome = 'refused')
       is not true
     order by run.source, run.inventaire_source, run.id desc`,
    [versionEvenements],
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

/**
 * When each source of the inventory last said everything it knows, by its name: events speak of the BAL that they name only,
 * and are silent on who did not come.
 */
export async function findDerniersEntiers(db: Db): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await db.query<{ nom: string; at: Date }>(
    `select nom, max(at) as at from (
       select inventaire_source as nom, finished_at as at from source_run
       where inventaire_source is not null and version is distinct from $1::text
         and outcome in ('loaded', 'unchanged')
       union all
       select load.inventaire_source, load.loaded_at from source_load as load
       where load.inventaire_source is not null and not exists (
         select from source_run as run where run.load_id = load.id and run.version = $1::text)) dits
     where at is not null group by nom`,
    [versionEvenements],
  );
  return new Map(rows.map(({ nom, at }) => [nom, at]));
}
