// One finding and what stands around it: its earlier appearances, the other findings of the same BAL, what the feed did.
import type { KindOperation } from '../domain/feed-operation.js';
import type { FeedState } from '../domain/feed-state.js';
import type { Db } from '../db/pool.js';
import { constatColumns, toConstat, type ConstatGarde, type ConstatRow } from './constat.js';

export async function findConstat(db: Db, id: number): Promise<ConstatGarde | undefined> {
  const { rows } = await db.query<ConstatRow>(
    `select ${constatColumns} from constat c where c.id = $1::bigint`,
    [id],
  );
  return rows[0] && toConstat(rows[0]);
}

export type Apparition = {
  readonly id: number;
  readonly ouvertLe: Date;
  readonly closLe: Date | undefined;
};

const apparitionsMax = 20;

/** The other times that the same was found of the same BAL (or domain), the last first. */
export async function listApparitions(db: Db, constat: ConstatGarde): Promise<Apparition[]> {
  const { adresse } = constat;
  const meme = (etat: 'is null' | 'is not null'): string =>
    `select c.id::float8 as id, c.opened_at as "ouvertLe", c.closed_at as "closLe" from constat c
     where c.closed_run_id ${etat} and c.code = $1::text and c.domaine = $2::text and c.precision = $3::text
       and c.id <> $4::bigint and c.adresse ${adresse === undefined ? 'is null' : '= $5::text'}`;
  const { rows } = await db.query<Omit<Apparition, 'closLe'> & { closLe: Date | null }>(
    `${meme('is null')} union all ${meme('is not null')}
     order by "ouvertLe" desc, id desc limit ${apparitionsMax}`,
    [
      constat.code,
      constat.domaine,
      constat.precision,
      constat.id,
      ...(adresse === undefined ? [] : [adresse]),
    ],
  );
  return rows.map((row) => ({ ...row, closLe: row.closLe ?? undefined }));
}

const autresMax = 20;

/** The other findings that are open about the same BAL. */
export async function listAutresConstats(
  db: Db,
  { id, adresse }: ConstatGarde,
): Promise<ConstatGarde[]> {
  if (adresse === undefined) return [];
  const { rows } = await db.query<ConstatRow>(
    `select ${constatColumns} from constat c
     where c.adresse = $1::text and c.closed_run_id is null and c.id <> $2::bigint
     order by c.code, c.precision limit ${autresMax}`,
    [adresse, id],
  );
  return rows.map(toConstat);
}

export type OperationDuConstat = {
  readonly id: number;
  readonly kind: KindOperation;
  readonly state: FeedState;
  readonly creeLe: Date;
};

/** The last operation of the feed about the BAL; undefined when there never was one. */
export async function findDerniereOperation(
  db: Db,
  adresse: string,
): Promise<OperationDuConstat | undefined> {
  const { rows } = await db.query<OperationDuConstat>(
    `select id::float8 as id, kind, state, created_at as "creeLe" from feed_operation
     where adresse = $1::text order by id desc limit 1`,
    [adresse],
  );
  return rows[0];
}
