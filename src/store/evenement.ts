// Events: published where they happen, in the transaction of what happened; handed to the endpoints by « notices send ».
import { randomUUID } from 'node:crypto';
import type { NouvelEvenement, TypeEvenement } from '../domain/evenement.js';
import type { Db } from '../db/pool.js';

/** False when it was published before. Whether anybody listens is the business of the sender. */
export async function publishEvenement(
  db: Db,
  { type, cle, donnees }: NouvelEvenement,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into evenement (cle, type, donnees, survenu_le, webhook_id)
     values ($1::text, $2::text, $3::jsonb, $4::timestamptz, $5::text) on conflict (cle) do nothing`,
    [
      cle,
      type,
      JSON.stringify(donnees).replaceAll('\\u0000', '\\ufffd'),
      now,
      `evt_${randomUUID().replaceAll('-', '')}`,
    ],
  );
  return rowCount === 1;
}

export type Abonnement = { readonly point: string; readonly types: readonly TypeEvenement[] };

const batchMax = 1_000;

/**
 * Hands the events to the endpoints that ask for their type. Those older than `depuis` are for nobody any more: an endpoint
 * added today is not told the past. `db` is inside a transaction. The number of deliveries made.
 */
export async function repartirEvenements(
  db: Db,
  abonnements: readonly Abonnement[],
  { now, depuis }: { readonly now: Date; readonly depuis: Date },
): Promise<number> {
  const pairs = abonnements.flatMap(({ point, types }) => types.map((type) => ({ point, type })));
  const { rows } = await db.query<{ crees: number; pris: number }>(
    `with pris as (
       select id, type, survenu_le from evenement where reparti_le is null order by id limit $5::integer
       for update skip locked),
     marque as (update evenement set reparti_le = $3::timestamptz where id in (select id from pris)),
     crees as (
       insert into evenement_envoi (evenement_id, point, prochain_envoi_le, cree_le)
       select p.id, a.point, $3::timestamptz, $3::timestamptz
       from pris p join unnest($1::text[], $2::text[]) a (point, type) on a.type = p.type
       where p.survenu_le >= $4::timestamptz
       order by p.id, a.point
       on conflict (evenement_id, point) do nothing returning 1)
     select (select count(*) from crees)::integer as crees, (select count(*) from pris)::integer as pris`,
    [pairs.map(({ point }) => point), pairs.map(({ type }) => type), now, depuis, batchMax],
  );
  const { crees, pris } = rows[0] ?? { crees: 0, pris: 0 };
  return pris < batchMax
    ? crees
    : crees + (await repartirEvenements(db, abonnements, { now, depuis }));
}

/** An endpoint that said that it is gone: nothing is sent to that address any more. */
export type PointEcarte = {
  readonly point: string;
  readonly urlEmpreinte: string;
  readonly ecarteLe: Date;
  readonly message: string;
};

export async function listPointsEcartes(db: Db): Promise<PointEcarte[]> {
  const { rows } = await db.query<PointEcarte>(
    `select point, url_empreinte as "urlEmpreinte", ecarte_le as "ecarteLe", message from point_ecarte order by point`,
  );
  return rows;
}

export async function ecarterPoint(db: Db, ecarte: PointEcarte): Promise<void> {
  await db.query(
    `insert into point_ecarte (point, url_empreinte, ecarte_le, message)
     values ($1::text, $2::text, $3::timestamptz, $4::text)
     on conflict (point) do update set url_empreinte = excluded.url_empreinte, ecarte_le = excluded.ecarte_le,
       message = excluded.message`,
    [ecarte.point, ecarte.urlEmpreinte, ecarte.ecarteLe, ecarte.message],
  );
}

/** Back in service, because somebody asks for a delivery to be made again. */
export async function retablirPoints(db: Db, points: readonly string[]): Promise<void> {
  await db.query(`delete from point_ecarte where point = any($1::text[])`, [points]);
}
