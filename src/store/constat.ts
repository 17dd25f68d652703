// The findings that are kept: opened, changed, closed, never deleted.
import { catalogueConstats, codesConstat, type CodeConstat } from '../domain/constat.js';
import type { Db } from '../db/pool.js';

export type Merge = {
  readonly runId: number;
  readonly now: Date;
  /** Codes judged, when `isDelta`, on the addresses of the table `portee` only. */
  readonly codesFait: readonly CodeConstat[];
  /** Codes judged on everything in every run. */
  readonly codesParc: readonly CodeConstat[];
  readonly isDelta: boolean;
};

export type MergeCounts = {
  readonly openedCount: number;
  readonly changedCount: number;
  readonly closedCount: number;
  readonly openCount: number;
};

const isSame = `c.closed_run_id is null and t.code = c.code and t.domaine = c.domaine
  and coalesce(t.adresse, '') = coalesce(c.adresse, '') and t.precision = c.precision`;

/** The table that `mergeConstats` reads; dropped with the transaction. */
export async function createConstatTrouve(db: Db): Promise<void> {
  await db.query(`create temp table constat_trouve (code text collate "C", domaine text collate "C",
    adresse text collate "C", precision text collate "C", type_bal text collate "C", valeurs jsonb)
    on commit drop`);
}

/**
 * Merges `constat_trouve` into the constats: what is new is opened, what no longer holds is closed, what holds with
 * other values is changed; the rest, nearly everything on most days, is not written.
 */
export async function mergeConstats(db: Db, merge: Merge): Promise<MergeCounts> {
  await db.query('analyze constat_trouve');
  const closedCount = await closeConstats(db, merge);
  const changed = await db.query(
    `update constat c set valeurs = t.valeurs, type_bal = t.type_bal, changed_at = $1::timestamptz
     from constat_trouve t
     where ${isSame} and (c.valeurs, c.type_bal) is distinct from (t.valeurs, t.type_bal)`,
    [merge.now],
  );
  const openedCount = await openConstats(db, merge);
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from constat where closed_run_id is null`,
  );
  return {
    openedCount,
    changedCount: changed.rowCount ?? 0,
    closedCount,
    openCount: rows[0]?.n ?? 0,
  };
}

async function closeConstats(db: Db, merge: Merge): Promise<number> {
  const dansLaPortee = merge.isDelta
    ? `(c.code = any($4::text[]) or c.adresse in (select adresse from portee))`
    : `$4::text[] is not null`;
  const { rowCount } = await db.query(
    `update constat c set closed_run_id = $1::integer, closed_at = $2::timestamptz
     where c.closed_run_id is null and c.code = any($3::text[]) and ${dansLaPortee}
       and not exists (select 1 from constat_trouve t where ${isSame})`,
    [merge.runId, merge.now, [...merge.codesFait, ...merge.codesParc], merge.codesParc],
  );
  return rowCount ?? 0;
}

/** In a fixed order: same inputs, same identifiers. */
async function openConstats(db: Db, merge: Merge): Promise<number> {
  const { rowCount } = await db.query(
    `insert into constat (code, groupe, domaine, adresse, precision, type_bal, valeurs,
       opened_run_id, opened_at, changed_at)
     select t.code, g.groupe, t.domaine, t.adresse, t.precision, t.type_bal, t.valeurs,
       $1::integer, $2::timestamptz, $2::timestamptz
     from constat_trouve t
     join unnest($3::text[], $4::text[]) g (code, groupe) on g.code = t.code
     where not exists (select 1 from constat c where ${isSame})
     order by t.code, t.domaine, t.adresse, t.precision`,
    [
      merge.runId,
      merge.now,
      codesConstat,
      codesConstat.map((code) => catalogueConstats[code].groupe),
    ],
  );
  return rowCount ?? 0;
}
