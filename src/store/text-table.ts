// The SQL of the line tables that the big national text files feed. Table and column names come from our own
// descriptions, never from a file.
import type { Db } from '../db/pool.js';

export type TextTable =
  'bal_annuaire' | 'activite' | 'savoir_faire' | 'identite' | 'structure_exercice';

/** The staging table of new lines of `table`, in the current transaction. */
export function stagingOf(table: TextTable): string {
  return `staged_${table}`;
}

/** The rows closed by the current transaction. */
function closedOf(table: TextTable): string {
  return `closed_${table}`;
}

/** The hashes, read in service, that the file does not hold any more. */
export function goneOf(table: TextTable): string {
  return `gone_${table}`;
}

/** COPY of rows written by CopyBuffer: bytes verbatim, the quote is a byte that no line may hold. */
export function copyInSql(table: string, columns: readonly string[], isTruncated: boolean): string {
  // Rows of a table truncated in this transaction may be written as if long committed: no later reader has to mark them.
  return `copy ${table} (${columns.join(', ')}) from stdin
    (format csv, delimiter '|', quote E'\\x01', null '', freeze ${String(isTruncated)})`;
}

/** COPY, in binary, of the hash of every line in service. */
export function copyHashesSql(table: TextTable): string {
  return `copy (select ligne_hash from ${table} where gone_load_id is null) to stdout (format binary)`;
}

/** True when the table holds no row at all, past intervals included. */
export async function isEmptyTable(db: Db, table: TextTable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select from ${table}) as found`,
  );
  return rows[0]?.found !== true;
}

/** Live rows as the statistics know them: only to size a hash table. */
export async function estimateRows(db: Db, table: TextTable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select greatest(reltuples, 0)::float8 as count from pg_class where oid = $1::regclass`,
    [table],
  );
  return rows[0]?.count ?? 0;
}

/**
 * Prepares an empty table for its first load: its indexes are dropped, to be rebuilt once it is full (several times
 * cheaper), and it is truncated, which lets the server skip the log of what follows where its settings allow it.
 * Returns the statements that rebuild the indexes. All of it belongs to the caller's transaction.
 */
export async function unindexEmptyTable(db: Db, table: TextTable): Promise<string[]> {
  const { rows } = await db.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where schemaname = current_schema() and tablename = $1::text
       -- an index of past intervals stays empty during a first load, and costs nothing
       and indexdef not like '%(gone_load_id IS NOT NULL)%'
     order by indexname`,
    [table],
  );
  await db.query(`truncate ${table}`);
  for (const { name } of rows) await db.query(`drop index ${name}`);
  return rows.map((row) => row.definition);
}

/** What look-ups go by; statistics of the other columns would cost more than they tell. */
const keyColumns: Readonly<Record<TextTable, readonly string[]>> = {
  bal_annuaire: [
    'adresse',
    'domaine',
    'type_bal',
    'identifiant_pp',
    'structure_id',
    'gone_load_id',
  ],
  activite: ['identifiant_pp', 'type_identifiant_pp', 'structure_hash', 'gone_load_id'],
  structure_exercice: [
    'ligne_hash',
    'siret',
    'siren',
    'finess_site',
    'finess_ej',
    'identifiant_technique',
    'ancien_identifiant',
    'gone_load_id',
  ],
  savoir_faire: ['identifiant_pp', 'type_identifiant_pp', 'gone_load_id'],
  identite: ['identifiant_pp', 'type_identifiant_pp', 'finess_site', 'finess_ej', 'gone_load_id'],
};

export async function analyzeKeys(db: Db, table: TextTable): Promise<void> {
  await db.query(`analyze ${table} (${keyColumns[table].join(', ')})`);
}

/** The temporary tables of one re-load, gone with the transaction: new lines, hashes gone, rows closed. */
export async function createWorkTables(db: Db, table: TextTable): Promise<void> {
  const like = `(like ${table} including defaults including generated) on commit drop`;
  await db.query(`create temporary table ${stagingOf(table)} ${like}`);
  await db.query(`create temporary table ${closedOf(table)} ${like}`);
  await db.query(
    `create temporary table ${goneOf(table)} (ligne_hash bigint not null) on commit drop`,
  );
}

/** Takes out of the gone ones the rows whose `column` is one of `keys`; returns how many. */
export async function keepGone(
  db: Db,
  table: TextTable,
  column: string,
  keys: readonly string[],
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from ${goneOf(table)} as gone using ${table} as line
     where line.ligne_hash = gone.ligne_hash and line.gone_load_id is null
       and line.${column} = any($1::text[])`,
    [keys],
  );
  return rowCount ?? 0;
}

/** Closes the rows whose hash is among the gone ones, and keeps a copy of them among the closed. */
export async function closeRows(db: Db, table: TextTable, loadId: number): Promise<void> {
  await db.query(`analyze ${goneOf(table)}`);
  const columns = await insertableColumns(db, table);
  await db.query(
    `with closed as (
       update ${table} as line set gone_load_id = $1::integer
       from ${goneOf(table)} as gone
       where line.ligne_hash = gone.ligne_hash and line.gone_load_id is null
       returning line.*)
     insert into ${closedOf(table)} (${columns}) select ${columns} from closed`,
    [loadId],
  );
}

/** Moves the staged rows into service. */
export async function openRows(db: Db, table: TextTable): Promise<void> {
  const columns = await insertableColumns(db, table);
  await db.query(`insert into ${table} (${columns}) select ${columns} from ${stagingOf(table)}`);
}

/** Closes the structures that no activity in service names any more; only those of closed activities can be so. */
export async function closeUnusedStructures(db: Db, loadId: number): Promise<void> {
  const columns = await insertableColumns(db, 'structure_exercice');
  await db.query(
    `with candidate as (
       select distinct structure_hash from closed_activite where structure_hash is not null),
     closed as (
       update structure_exercice as structure set gone_load_id = $1::integer
       from candidate
       where structure.ligne_hash = candidate.structure_hash and structure.gone_load_id is null
         and not exists (select from activite
           where activite.structure_hash = candidate.structure_hash
             and activite.gone_load_id is null)
       returning structure.*)
     insert into closed_structure_exercice (${columns}) select ${columns} from closed`,
    [loadId],
  );
}

/** Notes in source_change whom the opened and closed rows are about. */
export async function insertLineChanges(
  db: Db,
  loadId: number,
  table: TextTable,
  change: { readonly kind: 'adresse' | 'titulaire'; readonly column: string },
): Promise<void> {
  await db.query(
    `insert into source_change (load_id, kind, cle)
     select $1::integer, $2::text, cle from (
       select ${change.column} from ${stagingOf(table)}
       union select ${change.column} from ${closedOf(table)}) as changed (cle)
     where cle is not null`,
    [loadId, change.kind],
  );
}

/** Same for structures: a change of any of its identifiers concerns the BAL attached by that identifier. */
export async function insertStructureChanges(db: Db, loadId: number): Promise<void> {
  const identifiers = `array[siret, siren, finess_site, finess_ej, identifiant_technique,
    ancien_identifiant]`;
  await db.query(
    `insert into source_change (load_id, kind, cle)
     select distinct $1::integer, 'structure', identifiant.cle
     from (
       select ${identifiers} from staged_structure_exercice
       union all select ${identifiers} from closed_structure_exercice) as changed (identifiants)
     cross join lateral unnest(changed.identifiants) as identifiant (cle)
     where identifiant.cle is not null`,
    [loadId],
  );
}

/** Columns that can be inserted: all but the generated ones. */
async function insertableColumns(db: Db, table: TextTable): Promise<string> {
  const { rows } = await db.query<{ columns: string }>(
    `select string_agg(attname, ', ' order by attnum) as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows[0]?.columns ?? '';
}

/**
 * After a change of layout no line hash can be compared. Rows whose values in the columns of both layouts are equal stay
 * in service: they take today's hash and the columns that the file did not have before. Matched rows leave the staging
 * table; what is left there is really new, and the rows in service left without a match are gone.
 */
export async function matchByContent(
  db: Db,
  table: TextTable,
  layouts: { readonly common: readonly string[]; readonly enriched: readonly string[] },
): Promise<{ readonly matchedCount: number; readonly goneCount: number }> {
  const staging = stagingOf(table);
  const key = `md5(row(${layouts.common.map((column) => `line.${column}`).join(', ')})::text)`;
  const rank = `row_number() over (partition by ${key} order by line.ligne_hash)`;
  const matched = `matched_${table}`;
  await db.query(`
    create temporary table ${matched} on commit drop as
    with old as (
      select line.ctid as old_ctid, ${key} as key, ${rank} as rank
      from ${table} as line where line.gone_load_id is null),
    new as (
      select line.ctid as new_ctid, ${key} as key, ${rank} as rank from ${staging} as line)
    select old_ctid, new_ctid from old full join new using (key, rank)`);
  await db.query(`analyze ${matched}`);
  const gone = await db.query(`insert into ${goneOf(table)} (ligne_hash)
    select line.ligne_hash from ${table} as line
    join ${matched} as matched on matched.old_ctid = line.ctid where matched.new_ctid is null`);
  const sets = ['ligne_hash', ...layouts.enriched].map((column) => `${column} = staged.${column}`);
  const kept = await db.query(`
    update ${table} as line set ${sets.join(', ')}
    from ${matched} as matched join ${staging} as staged on staged.ctid = matched.new_ctid
    where line.ctid = matched.old_ctid`);
  await db.query(`delete from ${staging} as staged using ${matched} as matched
    where staged.ctid = matched.new_ctid and matched.old_ctid is not null`);
  return { matchedCount: kept.rowCount ?? 0, goneCount: gone.rowCount ?? 0 };
}
