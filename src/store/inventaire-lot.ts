// Lists of events received over HTTP: each key is answered once, and what they take away is added up.
import type { Client, Db } from '../db/pool.js';
import type { VerdictEvenements } from '../domain/inventaire-recu.js';

export type CleLot = {
  readonly source: string;
  readonly keyId: number;
  /** The client's Idempotency-Key. */
  readonly cle: string;
};

/** False when the same key is being answered by another transaction; ours until the end of this one otherwise. */
export async function claimLot(client: Client, { source, keyId, cle }: CleLot): Promise<boolean> {
  const { rows } = await client.query<{ claimed: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended($1::text, 0)) as claimed`,
    [`annuaire-sante-sync:lot:${keyId}:${source}:${cle}`],
  );
  return rows[0]?.claimed === true;
}

export type LotRepondu = { readonly empreinte: Buffer; readonly verdict: VerdictEvenements };

export async function findLot(
  db: Db,
  { source, keyId, cle }: CleLot,
): Promise<LotRepondu | undefined> {
  const { rows } = await db.query<LotRepondu>(
    `select empreinte, verdict from inventaire_lot
     where key_id = $1::integer and source = $2::text and cle = $3::text`,
    [keyId, source, cle],
  );
  return rows[0];
}

export type NewLot = CleLot &
  LotRepondu & {
    readonly recuLe: Date;
    readonly loadId: number | undefined;
    readonly perdues: number;
  };

export async function insertLot(db: Db, lot: NewLot): Promise<void> {
  await db.query(
    `insert into inventaire_lot (source, key_id, cle, empreinte, recu_le, verdict, load_id, perdues)
     values ($1::text, $2::integer, $3::text, $4::bytea, $5::timestamptz, $6::jsonb, $7::integer, $8::integer)`,
    [
      lot.source,
      lot.keyId,
      lot.cle,
      lot.empreinte,
      lot.recuLe,
      JSON.stringify(lot.verdict),
      lot.loadId ?? null,
      lot.perdues,
    ],
  );
}

/** BAL that the events of the source took away since. */
export async function sumPerdues(db: Db, source: string, since: Date): Promise<number> {
  const { rows } = await db.query<{ perdues: number }>(
    `select coalesce(sum(perdues), 0)::integer as perdues from inventaire_lot
     where source = $1::text and recu_le > $2::timestamptz`,
    [source, since],
  );
  return rows[0]?.perdues ?? 0;
}

const deletedMax = 50_000;

export async function trimLots(db: Db, oldest: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from inventaire_lot where id in (
       select id from inventaire_lot where recu_le < $1::timestamptz order by id limit ${deletedMax})`,
    [oldest],
  );
  return rowCount ?? 0;
}
