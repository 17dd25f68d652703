// What time it is for the database, and for what it holds.
import type { Db } from '../db/pool.js';

export type Horloges = {
  readonly base: Date;
  /** Of the last trace written; undefined: there is none. */
  readonly derniereTrace: Date | undefined;
  /** When the last extraction or inventory was put in service. */
  readonly dernierChargement: Date | undefined;
};

export async function readHeureBase(db: Db): Promise<Date> {
  const { rows } = await db.query<{ base: Date }>(`select clock_timestamp() as base`);
  const [row] = rows;
  if (!row) throw new Error('no clock');
  return row.base;
}

export async function readHorloges(db: Db): Promise<Horloges> {
  const { rows } = await db.query<{ base: Date; trace: Date | null; chargement: Date | null }>(
    `select clock_timestamp() as base,
       (select at from trace order by sequence desc limit 1) as trace,
       (select loaded_at from source_load order by id desc limit 1) as chargement`,
  );
  const [row] = rows;
  if (!row) throw new Error('no clock');
  return {
    base: row.base,
    derniereTrace: row.trace ?? undefined,
    dernierChargement: row.chargement ?? undefined,
  };
}
