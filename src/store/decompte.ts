// How many findings of one code there were, day by day.
import type { CodeConstat } from '../domain/constat.js';
import type { Db } from '../db/pool.js';

/** aaaa-mm-jj, Europe/Paris. */
type Jour = string;

export type Mouvement = {
  readonly domaine: string;
  readonly jour: Jour;
  readonly ouverts: number;
  readonly clos: number;
};

export type Mouvements = {
  /** Day of the first reconciliation; undefined before it. */
  readonly debut: Jour | undefined;
  /** In the order of days. */
  readonly mouvements: readonly Mouvement[];
};

const paris = (instant: string): string =>
  `to_char(${instant} at time zone 'Europe/Paris', 'YYYY-MM-DD')`;

export async function listMouvements(
  db: Db,
  code: CodeConstat,
  domaine: string | undefined,
): Promise<Mouvements> {
  const { rows } = await db.query<{ debut: Jour | null }>(
    `select ${paris('min(judged_at)')} as debut from reconcile_run where finished_at is not null`,
  );
  const { rows: mouvements } = await db.query<Mouvement>(
    `select domaine, jour, sum(ouvert)::integer as ouverts, sum(clos)::integer as clos
     from (select domaine, ${paris('opened_at')} as jour, 1 as ouvert, 0 as clos
         from constat where code = $1::text
       union all select domaine, ${paris('closed_at')}, 0, 1
         from constat where code = $1::text and closed_at is not null
       -- those that were purged since
       union all select domaine, to_char(jour, 'YYYY-MM-DD'), ouverts, clos from constat_decompte
         where code = $1::text) evenements
     where $2::text is null or domaine = $2::text
     group by domaine, jour order by jour, domaine`,
    [code, domaine?.toLowerCase() ?? null],
  );
  return { debut: rows[0]?.debut ?? undefined, mouvements };
}

/** PER of type 10, still there, that appeared after the first import. */
export async function countCreationsInterdites(
  db: Db,
  domaine: string | undefined,
): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from constat
     where code = 'PER_TYPE_10' and closed_run_id is null
       and valeurs ->> 'creationInterdite' = 'true' and ($1::text is null or domaine = $1::text)`,
    [domaine?.toLowerCase() ?? null],
  );
  return rows[0]?.n ?? 0;
}
