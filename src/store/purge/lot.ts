// What a purge does to one target: counts, and batches of bounded size, each a statement of its own transaction.
import type { Db, Pool } from '../../db/pool.js';
import { transaction } from '../../db/transaction.js';
import type { Cible } from './cible.js';
import { ajouterTraites } from './passage.js';

export type Effectif = {
  /** Live rows of the table. */
  readonly total: number;
  /** At their term. */
  readonly aTerme: number;
};

/** False for a table that this database does not have. */
export async function existe(db: Db, { table }: Cible): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select to_regclass($1::text) is not null as found`,
    [table],
  );
  return rows[0]?.found === true;
}

export async function countCible(db: Db, cible: Cible, avant: Date): Promise<Effectif> {
  const { rows } = await db.query<Effectif>(
    `select (select count(*) from ${cible.table} t where ${cible.vivantes ?? 'true'})::float8 as total,
       (select count(*) from ${cible.table} t where ${cible.condition})::float8 as "aTerme"`,
    [avant],
  );
  return rows[0] ?? { total: 0, aTerme: 0 };
}

/** Where the next batch begins; undefined once there is none. */
export type Curseur = string | undefined;

export type Lot = { readonly traites: number; readonly suite: Curseur };

/**
 * One batch from `curseur` on ('' at first), of `pages` pages of 8 KiB or of what they hold about. Committed when it returns. `now`: the
 * time of the erasure.
 */
export async function purgeLot(
  pool: Pool,
  cible: Cible,
  { passageId, avant, now, pages }: ReglageLot,
  curseur: string,
): Promise<Lot> {
  return transaction(pool, async (db) => {
    // A load that holds a row for long is not waited for: the batch is tried again.
    await db.query(`set local lock_timeout = '10s'`);
    const lot = await parcourir(db, cible, { avant, now, pages }, curseur);
    if (lot.traites > 0) await ajouterTraites(db, passageId, cible.nom, lot.traites);
    return lot;
  });
}

export type ReglageLot = {
  readonly passageId: number;
  readonly avant: Date;
  readonly now: Date;
  readonly pages: number;
};

function parcourir(
  db: Db,
  cible: Cible,
  { avant, now, pages }: Omit<ReglageLot, 'passageId'>,
  curseur: string,
): Promise<Lot> {
  switch (cible.parcours) {
    case 'pages':
      return purgePages(db, cible, avant, pages, curseur);
    case 'adresses':
      return purgeAdresses(db, cible, avant, pages, curseur);
    case 'traces':
      return purgeTraces(db, avant, now, pages);
  }
}

async function purgePages(
  db: Db,
  { table, condition, maj, avec = [] }: Cible,
  avant: Date,
  pages: number,
  curseur: string,
): Promise<Lot> {
  const { rows: taille } = await db.query<{ pages: number }>(
    `select (pg_relation_size($1::regclass) / current_setting('block_size')::integer)::float8 as pages`,
    [table],
  );
  const debut = Number(curseur);
  const fin = debut + pages;
  const dans = `t.ctid >= $2::text::tid and t.ctid < $3::text::tid and (${condition})`;
  const lot = maj
    ? `update ${table} t set ${maj} where ${dans} returning t.*`
    : `delete from ${table} t where ${dans} returning t.*`;
  const { rows } = await db.query<{ n: number }>(
    `with ${[`lot as (${lot})`, ...avec].join(', ')} select count(*)::float8 as n from lot`,
    [avant, `(${debut},0)`, `(${fin},0)`],
  );
  return {
    traites: rows[0]?.n ?? 0,
    suite: fin < (taille[0]?.pages ?? 0) ? String(fin) : undefined,
  };
}

// About what a page holds of them.
const adressesParPage = 20;

/** The operations of whole mailboxes at a time: no reader ever sees the half of what belongs together. */
async function purgeAdresses(
  db: Db,
  { condition }: Cible,
  avant: Date,
  pages: number,
  curseur: string,
): Promise<Lot> {
  const max = pages * adressesParPage;
  const { rows } = await db.query<{ adresse: string }>(
    `select distinct adresse from feed_operation where adresse > $1::text order by adresse limit $2::integer`,
    [curseur, max],
  );
  const adresses = rows.map(({ adresse }) => adresse);
  const { rows: choisies } = await db.query<{ id: string }>(
    `select t.id from feed_operation t where t.adresse = any ($2::text[]) and ${condition} for update of t`,
    [avant, adresses],
  );
  const ids = [choisies.map(({ id }) => id)];
  await db.query(
    `update feed_operation set apres_id = null where apres_id = any ($1::bigint[])`,
    ids,
  );
  await db.query(
    `update publication_connue set operation_id = null where operation_id = any ($1::bigint[])`,
    ids,
  );
  await db.query(`delete from feed_operation where id = any ($1::bigint[])`, ids);
  return { traites: choisies.length, suite: rows.length < max ? undefined : adresses.at(-1) };
}

const tracesParPage = 10;

async function purgeTraces(db: Db, avant: Date, now: Date, pages: number): Promise<Lot> {
  const max = pages * tracesParPage;
  const { rows } = await db.query<{ n: number }>(
    `select trace_effacer_contenus($1::timestamptz, $2::integer, $3::timestamptz) as n`,
    [avant, max, now],
  );
  const traites = rows[0]?.n ?? 0;
  // The oldest are always the next ones: there is no place to go on from.
  return { traites, suite: traites < max ? undefined : '0' };
}

/** Gives the space back to the table, and takes the old versions of its rows off the pages. Outside of any transaction. */
export async function vacuum(db: Db, { table }: Cible): Promise<void> {
  await db.query(`vacuum ${table}`);
}

export type Horloge = {
  /** Of the database server. */
  readonly base: Date;
  /** The first time that nothing was traced for so long; undefined: there is none. */
  readonly silence: { readonly debut: Date; readonly fin: Date } | undefined;
};

/**
 * What was traced since the last run that ended is looked at, not the last trace alone: after a jump of the clock, the refused purge and the
 * other stages are traced at the new time, and would hide it the next night. It walks by steps of the silence that is looked for, one look
 * in the index of `at` each, however many traces there are. Times to come are those of a clock that was put right since.
 */
export async function readHorloge(db: Db, now: Date, silenceJours: number): Promise<Horloge> {
  const { rows } = await db.query<{ base: Date; debut: Date | null; fin: Date | null }>(
    `with recursive depart (at) as (
       select coalesce(
         (select termine_le from purge_passage where etat = 'termine' and termine_le <= $1::timestamptz
          order by id desc limit 1),
         (select min(trace.at) from trace))
     ), marche (at) as (
       select at from depart where at <= $1::timestamptz
       union all
       select (select t.at from trace t where t.at > marche.at and t.at <= $1::timestamptz
           and t.at < marche.at + make_interval(hours => 24 * $2::integer) order by t.at desc limit 1)
       from marche where marche.at + make_interval(hours => 24 * $2::integer) <= $1::timestamptz
     ), derniere (at) as (select max(at) from marche)
     select clock_timestamp() as base, silence.debut, silence.fin
     from (select 1) as un left join (
       select derniere.at as debut, coalesce(
         (select min(t.at) from trace t where t.at > derniere.at and t.at <= $1::timestamptz), $1::timestamptz) as fin
       from derniere where derniere.at + make_interval(hours => 24 * $2::integer) <= $1::timestamptz
     ) as silence on true`,
    [now, silenceJours],
  );
  const [row] = rows;
  if (!row) throw new Error('the database told no time');
  const { base, debut, fin } = row;
  return { base, silence: debut && fin ? { debut, fin } : undefined };
}
