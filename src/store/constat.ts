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
  await findEcarts(db, merge);
  const closed = await db.query(
    `update constat c set closed_run_id = $1::integer, closed_at = $2::timestamptz
     from ecart e where e.constat_id = c.id and e.code is null`,
    [merge.runId, merge.now],
  );
  const changed = await db.query(
    `update constat c set valeurs = e.valeurs, type_bal = e.type_bal, changed_at = $1::timestamptz
     from ecart e where e.constat_id = c.id and e.code is not null`,
    [merge.now],
  );
  const openedCount = await openConstats(db, merge);
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from constat where closed_run_id is null`,
  );
  return {
    openedCount,
    changedCount: changed.rowCount ?? 0,
    closedCount: closed.rowCount ?? 0,
    openCount: rows[0]?.n ?? 0,
  };
}

/** What is found and what is open, side by side, where they differ. */
async function findEcarts(db: Db, merge: Merge): Promise<void> {
  await db.query('analyze constat_trouve (code, adresse)');
  await db.query(`create temp table ecart (constat_id bigint, code text collate "C",
    domaine text collate "C", adresse text collate "C", precision text collate "C",
    type_bal text collate "C", valeurs jsonb) on commit drop`);
  const juges = `select id, code, domaine, adresse, precision, type_bal, valeurs
    from constat where closed_run_id is null and code = any($1::text[])`;
  await db.query(
    `insert into ecart
     select c.id, t.code, t.domaine, t.adresse, t.precision, t.type_bal, t.valeurs
     from (${
       merge.isDelta
         ? `${juges} and adresse in (select adresse from portee)
       union all ${juges.replace('$1', '$2')}`
         : `${juges} union all ${juges.replace('$1', '$2')}`
     }) c
     full join constat_trouve t
       on t.code = c.code and t.domaine = c.domaine and t.precision = c.precision
       and coalesce(t.adresse, '') = coalesce(c.adresse, '')
     where c.id is null or t.code is null or c.valeurs <> t.valeurs
       or c.type_bal is distinct from t.type_bal`,
    [merge.codesFait, merge.codesParc],
  );
  await db.query('analyze ecart (constat_id, code)');
}

/** In a fixed order: same inputs, same identifiers. */
async function openConstats(db: Db, merge: Merge): Promise<number> {
  const { rowCount } = await db.query(
    `insert into constat (code, groupe, domaine, adresse, precision, type_bal, valeurs,
       opened_run_id, opened_at, changed_at)
     select e.code, g.groupe, e.domaine, e.adresse, e.precision, e.type_bal, e.valeurs,
       $1::integer, $2::timestamptz, $2::timestamptz
     from ecart e
     join unnest($3::text[], $4::text[]) g (code, groupe) on g.code = e.code
     where e.constat_id is null
     order by e.code, e.domaine, e.adresse, e.precision`,
    [
      merge.runId,
      merge.now,
      codesConstat,
      codesConstat.map((code) => catalogueConstats[code].groupe),
    ],
  );
  return rowCount ?? 0;
}
