// What the metrics tell of what waits: operations, mails, webhooks, demandes. What is finished is not counted: its number only grows.
import type { Db } from '../db/pool.js';
import type { FeedState } from '../domain/feed-state.js';
import type { FileEnvoi } from './file-envoi.js';

/** States that are counted: those that somebody, or time, still has to do something about. */
export const etatsMesures: readonly FeedState[] = [
  'planned',
  'approved',
  'sending',
  'retry',
  'accepted',
  'held',
  'dead',
];

export type MesureEtat = { readonly etat: string; readonly nombre: number };

/** State by state, so that each is read in the index alone. */
export async function mesurerEnvois(db: Db): Promise<MesureEtat[]> {
  const { rows } = await db.query<MesureEtat>(
    `select e.etat, (select count(*)::integer from feed_operation o where o.state = e.etat) as nombre
     from unnest($1::text[]) e (etat)`,
    [etatsMesures],
  );
  return rows;
}

/** How many of those that wait are looked at for the oldest. */
const regardeesMax = 1_000;

/** Since when the oldest operation that may be sent waits; of many, among those that leave first. */
export async function findPlusAncienEnvoi(db: Db): Promise<Date | undefined> {
  const { rows } = await db.query<{ le: Date | null }>(
    `select min(le) as le from (
       select coalesce(decided_at, created_at) as le from feed_operation
       where state in ('approved', 'retry') order by next_attempt_at nulls first, id limit ${regardeesMax}) attendues`,
  );
  return rows[0]?.le ?? undefined;
}

const tentativesMax = 100_000;

/** Attempts that ended since `depuis`, by outcome; the youngest ones only. */
export async function mesurerTentatives(
  db: Db,
  depuis: Date,
): Promise<{ readonly issue: string; readonly nombre: number }[]> {
  const { rows } = await db.query<{ issue: string; nombre: number }>(
    `select outcome as issue, count(*)::integer as nombre from feed_attempt
     where id > (select max(id) - ${tentativesMax} from feed_attempt) and finished_at > $1::timestamptz
       and outcome is not null
     group by outcome`,
    [depuis],
  );
  return rows;
}

const etatsEnvoi = ['a-envoyer', 'en-envoi', 'refuse', 'abandonne'];

export type MesureFile = MesureEtat & { readonly plusAncienLe: Date | null };

/** Of what did not leave; the oldest one is the first by number. */
export async function mesurerFile(db: Db, file: FileEnvoi): Promise<MesureFile[]> {
  const { rows } = await db.query<MesureFile>(
    `select e.etat, (select count(*)::integer from ${file} f where f.etat = e.etat) as nombre,
       (select cree_le from ${file} f where f.etat = e.etat order by f.id limit 1) as "plusAncienLe"
     from unnest($1::text[]) e (etat)`,
    [etatsEnvoi],
  );
  return rows;
}

export async function countEcartes(db: Db): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`select count(*)::integer as n from point_ecarte`);
  return rows[0]?.n ?? 0;
}

export type MesureDemandes = {
  readonly etat: string;
  readonly nombre: number;
  readonly plusAncienneLe: Date;
};

/** Those that are not closed. */
export async function mesurerDemandes(db: Db): Promise<MesureDemandes[]> {
  const { rows } = await db.query<MesureDemandes>(
    `select etat, count(*)::integer as nombre, min(deposee_le) as "plusAncienneLe" from demande
     where close_le is null group by etat`,
  );
  return rows;
}
