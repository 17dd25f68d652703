// What the metrics tell of what was found, planned and kept. Counts are those that each run has kept: no constat, no BAL is
// counted here.
import type { Db } from '../db/pool.js';

export type MesureRapprochement = {
  readonly finiLe: Date;
  readonly bals: number | null;
  readonly nouveaux: number;
  readonly clos: number;
  readonly ouverts: number;
  /** Null: it was made before they were kept by code. */
  readonly parCode: Readonly<Record<string, number>> | null;
};

export async function mesurerRapprochement(db: Db): Promise<MesureRapprochement | undefined> {
  const { rows } = await db.query<MesureRapprochement>(
    `select finished_at as "finiLe", bal_count as bals, opened_count as nouveaux, closed_count as clos,
       open_count as ouverts, par_code as "parCode"
     from reconcile_run where finished_at is not null order by id desc limit 1`,
  );
  return rows[0];
}

export type MesureChiffre = { readonly chiffre: string; readonly valeur: number };

/** Of the last day that was measured. */
export async function mesurerChiffres(db: Db): Promise<MesureChiffre[]> {
  const { rows } = await db.query<MesureChiffre>(
    `select chiffre, valeur from mesure_total where jour = (select max(jour) from mesure_jour)`,
  );
  return rows;
}

export type MesureHygiene = { readonly finiLe: Date; readonly estArrete: boolean };

export async function mesurerHygiene(db: Db): Promise<MesureHygiene | undefined> {
  const { rows } = await db.query<MesureHygiene>(
    `select finished_at as "finiLe", arrets <> '{}' as "estArrete" from (
       select finished_at, arrets from hygiene_run order by id desc limit 100) recents
     where finished_at is not null limit 1`,
  );
  return rows[0];
}

export type MesurePlan = {
  readonly calculeLe: Date;
  readonly estBloque: boolean;
  readonly insertions: number;
  readonly remplacements: number;
  readonly suppressions: number;
  readonly retenues: number;
};

/** The newest one. */
export async function mesurerPlan(db: Db): Promise<MesurePlan | undefined> {
  const { rows } = await db.query<MesurePlan>(
    `select computed_at as "calculeLe", etat = 'bloque' as "estBloque", insert_count as insertions,
       replace_count as remplacements, delete_count as suppressions, retenue_count as retenues
     from plan order by id desc limit 1`,
  );
  return rows[0];
}

export type MesureSession = { readonly espace: string; readonly nombre: number };

export async function mesurerSessions(db: Db, now: Date): Promise<MesureSession[]> {
  const { rows } = await db.query<MesureSession>(
    `select espace, count(*)::integer as nombre from session_web
     where expire_le > $1::timestamptz and titulaire is not null group by espace`,
    [now],
  );
  return rows;
}

export type DerniereTrace = { readonly at: Date; readonly issue: string };

/** The last trace of one action. */
export async function findDerniereTrace(
  db: Db,
  action: string,
): Promise<DerniereTrace | undefined> {
  const { rows } = await db.query<DerniereTrace>(
    `select at, issue from trace where action = $1::text order by at desc, sequence desc limit 1`,
    [action],
  );
  return rows[0];
}

export type MesureBase = { readonly octets: number; readonly estReplique: boolean };

export async function mesurerBase(db: Db): Promise<MesureBase | undefined> {
  const { rows } = await db.query<MesureBase>(
    `select pg_database_size(current_database())::float8 as octets, pg_is_in_recovery() as "estReplique"`,
  );
  return rows[0];
}
