// What was tried (source_run) and what was put in service (source_load).
import type { Db } from '../db/pool.js';
import type { LoadSource, RejectedLine } from '../domain/source.js';

export type SourceLoad = {
  readonly id: number;
  readonly source: LoadSource;
  /** Name of the source of the inventory; undefined for a national source. */
  readonly inventaireSource?: string | undefined;
  readonly version: string;
  readonly genereLe: Date | undefined;
  readonly loadedAt: Date;
  readonly origin: string;
  readonly sizeBytes: number;
  readonly layout: string;
  readonly lineCount: number;
  readonly rejectedCount: number;
  readonly duplicateCount: number;
  readonly addedCount: number;
  readonly goneCount: number;
  readonly isFull: boolean;
  readonly warnings: readonly string[];
};

export type NewSourceLoad = Omit<SourceLoad, 'id' | 'loadedAt'>;

export type RunOutcome =
  'loaded' | 'unchanged' | 'nothing-new' | 'refused' | 'failed' | 'interrupted';

const loadColumns = `
  id, source, inventaire_source as "inventaireSource", version, genere_le as "genereLe", loaded_at as "loadedAt", origin,
  size_bytes::float8 as "sizeBytes", layout, line_count as "lineCount",
  rejected_count as "rejectedCount", duplicate_count as "duplicateCount",
  added_count as "addedCount", gone_count as "goneCount", is_full as "isFull", warnings`;

type LoadRow = Omit<SourceLoad, 'genereLe' | 'inventaireSource'> & {
  genereLe: Date | null;
  inventaireSource: string | null;
};

function toLoad(row: LoadRow): SourceLoad {
  return {
    ...row,
    genereLe: row.genereLe ?? undefined,
    inventaireSource: row.inventaireSource ?? undefined,
  };
}

/** The version in service of one source, if it was ever loaded; of the inventory, the newest load of any of its sources. */
export async function findLoadInService(
  db: Db,
  source: LoadSource,
): Promise<SourceLoad | undefined> {
  const { rows } = await db.query<LoadRow>(
    `select ${loadColumns} from source_load where source = $1::text order by id desc limit 1`,
    [source],
  );
  return rows[0] && toLoad(rows[0]);
}

/** What the load of a source that was dropped is called: from then on, it is as if it never had been loaded. */
export const versionRetrait = 'retrait';

/** What the attempts of lists of events are called: a snapshot is not told by them (`listLastRuns`). */
export const versionEvenements = 'evenements';

/** The version in service of one source of the inventory, if it was ever loaded and was not dropped since. */
export async function findInventaireLoad(db: Db, nom: string): Promise<SourceLoad | undefined> {
  const { rows } = await db.query<LoadRow>(
    `select ${loadColumns} from source_load where inventaire_source = $1::text order by id desc limit 1`,
    [nom],
  );
  const [row] = rows;
  return row && row.version !== versionRetrait ? toLoad(row) : undefined;
}

/** The version in service of every source of the inventory that was ever loaded and was not dropped since. */
export async function listInventaireLoads(db: Db): Promise<SourceLoad[]> {
  const { rows } = await db.query<LoadRow>(
    `select distinct on (inventaire_source) ${loadColumns} from source_load
     where inventaire_source is not null order by inventaire_source, id desc`,
  );
  return rows.filter(({ version }) => version !== versionRetrait).map(toLoad);
}

/** The version in service of every source that was ever loaded; of the inventory, the newest load of any of its sources. */
export async function listLoadsInService(db: Db): Promise<SourceLoad[]> {
  const { rows } = await db.query<LoadRow>(
    `select distinct on (source) ${loadColumns} from source_load order by source, id desc`,
  );
  return rows.map(toLoad);
}

/**
 * One load of a source at a time, until the end of the transaction: the lock of the whole extraction is another
 * connection's, which a long download may lose.
 */
export async function lockLoads(db: Db, source: LoadSource): Promise<void> {
  await db.query(`select pg_advisory_xact_lock(hashtextextended($1::text, 0))`, [
    `annuaire-sante-sync:load:${source}`,
  ]);
}

/** Takes the number of a load about to be made; its counts are set by `finishLoad` in the same transaction. */
export async function insertLoad(db: Db, load: NewSourceLoad): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into source_load (source, version, genere_le, origin, size_bytes, layout, line_count,
       rejected_count, duplicate_count, added_count, gone_count, is_full, warnings, inventaire_source)
     values ($1::text, $2::text, $3::timestamptz, $4::text, $5::bigint, $6::text, $7::integer,
       $8::integer, $9::integer, $10::integer, $11::integer, $12::boolean, $13::text[], $14::text)
     returning id`,
    [
      load.source,
      load.version,
      load.genereLe ?? null,
      load.origin,
      load.sizeBytes,
      load.layout,
      load.lineCount,
      load.rejectedCount,
      load.duplicateCount,
      load.addedCount,
      load.goneCount,
      load.isFull,
      load.warnings,
      load.inventaireSource ?? null,
    ],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into source_load returned no row');
  return row.id;
}

/** What is known of a load once its file is read. */
export type LoadEnd = Pick<
  SourceLoad,
  | 'genereLe'
  | 'layout'
  | 'lineCount'
  | 'rejectedCount'
  | 'duplicateCount'
  | 'addedCount'
  | 'goneCount'
  | 'isFull'
  | 'warnings'
>;

export async function finishLoad(db: Db, loadId: number, end: LoadEnd): Promise<void> {
  await db.query(
    `update source_load set genere_le = $2::timestamptz, layout = $3::text,
       line_count = $4::integer, rejected_count = $5::integer, duplicate_count = $6::integer,
       added_count = $7::integer, gone_count = $8::integer, is_full = $9::boolean,
       warnings = $10::text[]
     where id = $1::integer`,
    [
      loadId,
      end.genereLe ?? null,
      end.layout,
      end.lineCount,
      end.rejectedCount,
      end.duplicateCount,
      end.addedCount,
      end.goneCount,
      end.isFull,
      end.warnings,
    ],
  );
}

/** `inventaireSource`: which one, when `source` is the inventory. */
export async function startRun(
  db: Db,
  source: LoadSource,
  inventaireSource?: string,
): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into source_run (source, inventaire_source) values ($1::text, $2::text) returning id`,
    [source, inventaireSource ?? null],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into source_run returned no row');
  return row.id;
}

export type RunEnd = {
  readonly outcome: RunOutcome;
  readonly version?: string | undefined;
  readonly origin?: string | undefined;
  readonly loadId?: number | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly acceptedGuards?: readonly string[] | undefined;
};

export async function finishRun(db: Db, runId: number, end: RunEnd): Promise<void> {
  await db.query(
    `update source_run set finished_at = now(), outcome = $2::text, version = $3::text,
       origin = $4::text, load_id = $5::integer, code = $6::text, message = $7::text,
       accepted_guards = $8::text[]
     where id = $1::integer`,
    [
      runId,
      end.outcome,
      end.version ?? null,
      end.origin ?? null,
      end.loadId ?? null,
      end.code ?? null,
      end.message ?? null,
      end.acceptedGuards ?? [],
    ],
  );
}

/** Keeps the rejected lines of an attempt (the caller bounds their number). */
export async function insertRejects(
  db: Db,
  runId: number,
  rejects: readonly RejectedLine[],
): Promise<void> {
  await db.query(
    `insert into source_reject (run_id, file, line, column_name, code, message)
     select $1::integer, file, line, nullif(column_name, ''), code, message
     from unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::text[])
       as rejected (file, line, column_name, code, message)`,
    [
      runId,
      rejects.map((reject) => reject.file),
      rejects.map((reject) => reject.line),
      rejects.map((reject) => reject.column ?? ''),
      rejects.map((reject) => reject.code),
      rejects.map((reject) => reject.message),
    ],
  );
}

/** Closes the attempts that a killed program left open; the caller holds the source's lock, so none is alive. */
export async function interruptAbandonedRuns(
  db: Db,
  source: LoadSource,
  inventaireSource?: string,
): Promise<void> {
  await db.query(
    `update source_run set finished_at = now(), outcome = 'interrupted', code = 'INTERROMPU',
       message = 'Le programme s’est arrêté avant la fin ; rien n’a été changé.'
     where source = $1::text and inventaire_source is not distinct from $2::text
       and outcome = 'running'`,
    [source, inventaireSource ?? null],
  );
}
