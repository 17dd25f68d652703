// The line tables of migrations/0001_socle.sql: one row per line and presence interval.
import xxhash from 'xxhash-wasm';
import { copyRows, encodeRow } from '../db/copy.js';
import type { CopyRow, CopyRows } from '../db/copy.js';
import type { Client, Db } from '../db/pool.js';

export type ChangeKind = 'adresse' | 'titulaire' | 'structure' | 'domaine';

/** A line table and what a change of one of its rows touches. Names are ours, never a user's. */
export type LineTable = {
  readonly table: string;
  /** The columns that a row fills, in its order; what the line hash is made of. */
  readonly columns: readonly string[];
  /** What `source_change` names when a row comes or goes: one entry per non-null value of these columns. */
  readonly change: { readonly kind: ChangeKind; readonly columns: readonly string[] };
  /** A column that ought to be different on each row; `RowsLoaded.ambiguousKeys` counts where it is not. */
  readonly key?: string;
};

export type RowsLoaded = {
  readonly lineCount: number;
  readonly added: number;
  readonly gone: number;
  readonly unchanged: number;
  /** Rows equal to another one of the same file; one of them is kept. */
  readonly duplicates: number;
  /** Values of `LineTable.key` with several different rows. */
  readonly ambiguousKeys: number;
  /** True when nothing was in service before: no list of changes was written. */
  readonly isFull: boolean;
};

/**
 * Puts `rows`, a whole file, in service as load `loadId`: rows in service that are not among them are closed, new ones are
 * opened, unchanged ones are not touched. The caller holds the transaction; nothing is to be kept when this throws.
 */
export async function loadRows(
  client: Client,
  spec: LineTable,
  loadId: number,
  rows: CopyRows,
): Promise<RowsLoaded> {
  const lineCount = await stageRows(client, spec, rows);
  const { distinct, ambiguousKeys } = await countStaged(client, spec);
  const isFull = !(await hasRowInService(client, spec));
  const gone = isFull ? 0 : await closeMissing(client, spec, loadId);
  const added = await openNew(client, spec, loadId, isFull);
  if (!isFull) await recordChanges(client, spec, loadId);
  await client.query('drop table line_staging');
  return {
    lineCount,
    added,
    gone,
    unchanged: distinct - added,
    duplicates: lineCount - distinct,
    ambiguousKeys,
    isFull,
  };
}

async function stageRows(client: Client, spec: LineTable, rows: CopyRows): Promise<number> {
  const columns = spec.columns.join(', ');
  await client.query(
    `create temporary table line_staging on commit drop as
     select ligne_hash, ${columns} from ${spec.table} with no data`,
  );
  const lineCount = await copyRows(
    client,
    `copy line_staging (ligne_hash, ${columns}) from stdin`,
    withHash(rows),
  );
  await client.query('analyze line_staging');
  return lineCount;
}

/**
 * xxHash64 of the row as COPY writes it, rather than PostgreSQL's own record hash, which is not promised to be the same on
 * another major version or architecture: a database restored elsewhere must not see every line change.
 */
async function* withHash(rows: CopyRows): AsyncGenerator<CopyRow> {
  const hasher = await xxhash();
  for await (const row of rows) {
    yield [BigInt.asIntN(64, hasher.h64(encodeRow(row))).toString(), ...row];
  }
}

async function countStaged(
  db: Db,
  spec: LineTable,
): Promise<{ distinct: number; ambiguousKeys: number }> {
  const ambiguous =
    spec.key === undefined
      ? '0'
      : `(select count(*)::integer from (
           select from line_staging group by ${spec.key} having count(distinct ligne_hash) > 1
         ) as several)`;
  const { rows } = await db.query<{ distinct: number; ambiguousKeys: number }>(
    `select count(distinct ligne_hash)::integer as "distinct", ${ambiguous} as "ambiguousKeys"
     from line_staging`,
  );
  return rows[0] ?? { distinct: 0, ambiguousKeys: 0 };
}

async function hasRowInService(db: Db, spec: LineTable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select from ${spec.table} where gone_load_id is null) as found`,
  );
  return rows[0]?.found === true;
}

async function closeMissing(db: Db, spec: LineTable, loadId: number): Promise<number> {
  const { rowCount } = await db.query(
    `update ${spec.table} as line set gone_load_id = $1::integer
     where gone_load_id is null
       and not exists (select from line_staging as new where new.ligne_hash = line.ligne_hash)`,
    [loadId],
  );
  return rowCount ?? 0;
}

async function openNew(db: Db, spec: LineTable, loadId: number, isFull: boolean): Promise<number> {
  const columns = spec.columns.join(', ');
  const absent = isFull
    ? ''
    : `where not exists (select from ${spec.table} as line
         where line.gone_load_id is null and line.ligne_hash = line_staging.ligne_hash)`;
  const { rowCount } = await db.query(
    `insert into ${spec.table} (ligne_hash, first_load_id, ${columns})
     select distinct on (ligne_hash) ligne_hash, $1::integer, ${columns} from line_staging ${absent}`,
    [loadId],
  );
  return rowCount ?? 0;
}

async function recordChanges(db: Db, spec: LineTable, loadId: number): Promise<void> {
  const { kind, columns } = spec.change;
  await db.query(
    `insert into source_change (load_id, kind, cle)
     select distinct $1::integer, $2::text, cle
     from ${spec.table} as line
       cross join lateral (values ${columns.map((column) => `(line.${column})`).join(', ')}) as touched (cle)
     where (line.first_load_id = $1::integer or line.gone_load_id = $1::integer)
       and cle is not null and cle <> ''`,
    [loadId, kind],
  );
}
