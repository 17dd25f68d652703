// What the first page of the console counts, each up to a limit: its size does not depend on how much there is.
import { feedStates, type FeedState } from '../domain/feed-state.js';
import { nombreBorne, type NombreBorne } from '../domain/nombre-borne.js';
import type { EtatCas } from '../domain/cycle-inactivite.js';
import type { EtatEnvoi } from '../domain/avis.js';
import type { Db } from '../db/pool.js';
import type { FileEnvoi } from './file-envoi.js';

const compteMax = 2_000;

export type Comptes<Etat extends string> = ReadonlyMap<Etat, NombreBorne>;

/** The operations of each state that has any. */
export function compterOperations(db: Db): Promise<Comptes<FeedState>> {
  return compter(db, 'feed_operation', 'state', feedStates);
}

const etatsEnvoi = ['a-envoyer', 'en-envoi', 'refuse', 'abandonne'] as const;

/** What waits to leave, and what did not leave. */
export function compterEnvois(db: Db, file: FileEnvoi): Promise<Comptes<EtatEnvoi>> {
  return compter(db, file, 'etat', etatsEnvoi);
}

async function compter<Etat extends string>(
  db: Db,
  table: 'feed_operation' | FileEnvoi,
  colonne: 'state' | 'etat',
  etats: readonly Etat[],
): Promise<Comptes<Etat>> {
  const { rows } = await db.query<{ etat: Etat; n: number }>(
    `select e.etat, n.n from unnest($1::text[]) e (etat)
     cross join lateral (select count(*)::integer as n from (
       select from ${table} t where t.${colonne} = e.etat limit ${compteMax + 1}) premiers) n
     where n.n > 0`,
    [etats],
  );
  return new Map(rows.map(({ etat, n }) => [etat, nombreBorne(n, compteMax)]));
}

/** The open cases of inactivity; when there are too many to count, the states of the first ones. */
export async function compterCasOuverts(
  db: Db,
): Promise<{ readonly total: NombreBorne; readonly etats: ReadonlyMap<EtatCas, number> }> {
  const { rows } = await db.query<{ etat: EtatCas; n: number }>(
    `select etat, count(*)::integer as n from (
       select etat from cas_inactivite where clos_le is null order by id limit ${compteMax + 1}) premiers
     group by etat`,
  );
  return {
    total: nombreBorne(
      rows.reduce((sum, { n }) => sum + n, 0),
      compteMax,
    ),
    etats: new Map(rows.map(({ etat, n }) => [etat, n])),
  };
}

/** What stopped the last run of the hygiene cycle; empty when nothing did, or there was none. */
export async function findArretsHygiene(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ arrets: string[] }>(
    `select arrets from hygiene_run where finished_at is not null order by id desc limit 1`,
  );
  return rows[0]?.arrets ?? [];
}
