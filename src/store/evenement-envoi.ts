// One event on its way to one endpoint.
import type { EtatEnvoi } from '../domain/avis.js';
import type { Db } from '../db/pool.js';
import { prendre, type Pris, type PriseRequest } from './file-envoi.js';

export type EnvoiEvenement = {
  readonly id: number;
  readonly point: string;
  readonly type: string;
  readonly donnees: Readonly<Record<string, unknown>>;
  readonly survenuLe: Date;
  readonly webhookId: string;
};

/** `db` is inside a transaction. */
export async function prendreEnvoi(
  db: Db,
  request: PriseRequest & { readonly point: string },
): Promise<{ readonly pris: Pris; readonly envoi: EnvoiEvenement } | undefined> {
  const pris = await prendre(db, 'evenement_envoi', request);
  if (!pris) return undefined;
  const { rows } = await db.query<EnvoiEvenement>(
    `select ${columns} from evenement_envoi w join evenement e on e.id = w.evenement_id where w.id = $1::bigint`,
    [pris.id],
  );
  const envoi = rows[0];
  if (!envoi) throw new Error(`evenement_envoi ${pris.id} was claimed and is not there`);
  return { pris, envoi };
}

const columns = `w.id::float8 as id, w.point, e.type, e.donnees, e.survenu_le as "survenuLe", e.webhook_id as "webhookId"`;

/** What would be sent now to these endpoints; nothing is taken. */
export async function listEnvoisDus(
  db: Db,
  points: readonly string[],
  now: Date,
  max: number,
): Promise<EnvoiEvenement[]> {
  const { rows } = await db.query<EnvoiEvenement>(
    `select ${columns} from evenement_envoi w join evenement e on e.id = w.evenement_id
     where w.etat = 'a-envoyer' and w.prochain_envoi_le <= $1::timestamptz and w.point = any($2::text[])
     order by w.prochain_envoi_le, w.id limit $3::integer`,
    [now, points, max],
  );
  return rows;
}

export type EnvoiListe = EnvoiEvenement & {
  readonly etat: EtatEnvoi;
  readonly tentatives: number;
  readonly creeLe: Date;
  readonly prochainEnvoiLe: Date | undefined;
  readonly partiLe: Date | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
};

type EnvoiRow = Omit<EnvoiListe, 'prochainEnvoiLe' | 'partiLe' | 'code' | 'message'> & {
  readonly prochainEnvoiLe: Date | null;
  readonly partiLe: Date | null;
  readonly code: string | null;
  readonly message: string | null;
};

export type FiltreEnvois = {
  readonly etats: readonly EtatEnvoi[];
  readonly code: string | undefined;
  readonly max: number;
};

const listColumns = `${columns}, w.etat, w.tentatives, w.cree_le as "creeLe", w.parti_le as "partiLe",
  case when w.etat = 'a-envoyer' then w.prochain_envoi_le end as "prochainEnvoiLe", w.dernier_code as code,
  w.dernier_message as message`;

/** The latest first. */
export async function listEnvois(db: Db, filtre: FiltreEnvois): Promise<EnvoiListe[]> {
  const { rows } = await db.query<EnvoiRow>(
    `select ${listColumns} from evenement_envoi w join evenement e on e.id = w.evenement_id
     where w.etat = any($1::text[]) and ($2::text is null or w.dernier_code = $2::text)
     order by w.id desc limit $3::integer`,
    [filtre.etats, filtre.code ?? null, filtre.max],
  );
  return rows.map(toListe);
}

export async function findEnvoi(db: Db, id: number): Promise<EnvoiListe | undefined> {
  const { rows } = await db.query<EnvoiRow>(
    `select ${listColumns} from evenement_envoi w join evenement e on e.id = w.evenement_id where w.id = $1::bigint`,
    [id],
  );
  return rows[0] && toListe(rows[0]);
}

function toListe(row: EnvoiRow): EnvoiListe {
  return {
    ...row,
    prochainEnvoiLe: row.prochainEnvoiLe ?? undefined,
    partiLe: row.partiLe ?? undefined,
    code: row.code ?? undefined,
    message: row.message ?? undefined,
  };
}

/** The endpoints of these deliveries. */
export async function listPointsDe(db: Db, ids: readonly number[]): Promise<string[]> {
  const { rows } = await db.query<{ point: string }>(
    `select distinct point from evenement_envoi where id = any($1::bigint[])`,
    [ids],
  );
  return rows.map(({ point }) => point);
}
