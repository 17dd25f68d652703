// The findings that are kept: opened, changed, closed, never deleted.
import {
  catalogueConstats,
  codesConstat,
  type CodeConstat,
  type Constat,
  type GroupeConstat,
} from '../domain/constat.js';
import type { Db } from '../db/pool.js';
import { casSql } from './cas-inactivite-constat.js';

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

export type ConstatFilter = {
  readonly domaine?: string | undefined;
  readonly codes?: readonly CodeConstat[] | undefined;
  readonly groupe?: GroupeConstat | undefined;
  readonly adresse?: string | undefined;
  /** Opened, changed or closed since. */
  readonly since?: Date | undefined;
  readonly includeClosed?: boolean | undefined;
};

export type ConstatGarde = Constat & {
  readonly id: number;
  readonly ouvertLe: Date;
  /** Last time that its values changed; the same as `ouvertLe` when they never did. */
  readonly modifieLe: Date;
  readonly closLe: Date | undefined;
  readonly openedRunId: number;
};

/** Of `constat c`; read by `toConstat`. */
export const constatColumns = `c.id::float8 as id, c.code, c.domaine, c.adresse, c.precision, c.type_bal as "typeBal",
  case when c.code = 'INACTIVE' then c.valeurs || ${casSql('c')} else c.valeurs end as valeurs, c.opened_at as "ouvertLe", c.changed_at as "modifieLe", c.closed_at as "closLe",
  c.opened_run_id as "openedRunId"`;

const filtre = `($1::text is null or c.domaine = $1::text)
  and ($2::text[] is null or c.code = any($2::text[]))
  and ($3::text is null or c.groupe = $3::text)
  and ($4::text is null or c.adresse = $4::text)
  and ($5::timestamptz is null or greatest(c.opened_at, c.changed_at, c.closed_at) >= $5::timestamptz)
  and ($6::boolean or c.closed_run_id is null)`;

function filterValues(filter: ConstatFilter): unknown[] {
  return [
    filter.domaine?.toLowerCase() ?? null,
    filter.codes ?? null,
    filter.groupe ?? null,
    filter.adresse?.toLowerCase() ?? null,
    filter.since ?? null,
    filter.includeClosed ?? false,
  ];
}

export type ConstatRow = Omit<ConstatGarde, 'adresse' | 'typeBal' | 'closLe'> & {
  adresse: string | null;
  typeBal: string | null;
  closLe: Date | null;
};

export function toConstat(row: ConstatRow): ConstatGarde {
  return {
    ...row,
    adresse: row.adresse ?? undefined,
    typeBal: row.typeBal ?? undefined,
    closLe: row.closLe ?? undefined,
  };
}

const pageSizeMax = 2_000;

/**
 * The findings page by page, in a fixed order, however many they are. `db` is a client inside a transaction: the pages
 * are read from a cursor.
 */
export async function* listConstats(
  db: Db,
  filter: ConstatFilter,
): AsyncGenerator<ConstatGarde[], void, undefined> {
  await db.query(
    `declare constats no scroll cursor for select ${constatColumns} from constat c where ${filtre}
     order by c.code, c.domaine, c.adresse, c.precision, c.id`,
    filterValues(filter),
  );
  try {
    for (;;) {
      const { rows } = await db.query<ConstatRow>(`fetch forward ${pageSizeMax} from constats`);
      if (rows.length === 0) return;
      yield rows.map(toConstat);
    }
  } finally {
    await db.query('close constats').catch(() => undefined);
  }
}

/** The first findings of each code, in the same order: enough to show what they look like. */
export async function listExamples(
  db: Db,
  filter: ConstatFilter,
  perCodeMax: number,
): Promise<ConstatGarde[]> {
  const { rows } = await db.query<ConstatRow>(
    `select c.* from unnest($7::text[]) wanted (code) cross join lateral (
       select ${constatColumns} from constat c where c.code = wanted.code and ${filtre}
       order by c.code, c.domaine, coalesce(c.adresse, ''), c.precision limit $8::integer) c`,
    [...filterValues(filter), codesConstat, perCodeMax],
  );
  return rows.map(toConstat);
}

export type ConstatCount = {
  readonly code: CodeConstat;
  readonly domaine: string;
  readonly typeBal: string | undefined;
  readonly ouverts: number;
  /** Of these, opened by the last run. */
  readonly nouveaux: number;
};

/** Open findings per code, domain and type of BAL. */
export async function countConstats(
  db: Db,
  filter: ConstatFilter,
  lastRunId: number,
): Promise<ConstatCount[]> {
  const { rows } = await db.query<Omit<ConstatCount, 'typeBal'> & { typeBal: string | null }>(
    `select c.code, c.domaine, c.type_bal as "typeBal", count(*)::integer as ouverts,
       count(*) filter (where c.opened_run_id = $7::integer)::integer as nouveaux
     from constat c where ${filtre} and c.closed_run_id is null
     group by c.code, c.domaine, c.type_bal order by c.code, c.domaine, c.type_bal`,
    [...filterValues(filter), lastRunId],
  );
  return rows.map((row) => ({ ...row, typeBal: row.typeBal ?? undefined }));
}
