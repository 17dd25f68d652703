// The newest event of each BAL, so that an older one, or an older snapshot, never overwrites it.
import type { Client, Db } from '../db/pool.js';
import type { RangEvenement } from '../domain/inventaire-recu.js';

export type RangConnu = RangEvenement & { readonly adresse: string };

/** Of the BAL that have had an event. */
export async function findRangs(
  db: Db,
  source: string,
  adresses: readonly string[],
): Promise<RangConnu[]> {
  const { rows } = await db.query<{ adresse: string; horodatageUs: string; sequence: number }>(
    `select adresse, horodatage_us::text as "horodatageUs", sequence::float8 as sequence
     from bal_evenement where source = $1::text and adresse = any ($2::text[])`,
    [source, adresses],
  );
  return rows.map(({ horodatageUs, ...rest }) => ({ ...rest, horodatageUs: BigInt(horodatageUs) }));
}

export async function recordRangs(
  db: Db,
  source: string,
  rangs: readonly RangConnu[],
  now: Date,
): Promise<void> {
  await db.query(
    `insert into bal_evenement (source, adresse, horodatage_us, sequence, recu_le)
     select $1::text, adresse, horodatage_us, sequence, $5::timestamptz
     from unnest($2::text[], $3::bigint[], $4::bigint[]) as rang (adresse, horodatage_us, sequence)
     on conflict (source, adresse) do update set horodatage_us = excluded.horodatage_us,
       sequence = excluded.sequence, recu_le = excluded.recu_le`,
    [
      source,
      rangs.map(({ adresse }) => adresse),
      rangs.map(({ horodatageUs }) => String(horodatageUs)),
      rangs.map(({ sequence }) => String(sequence)),
      now,
    ],
  );
}

/** Lines that pass to another source take the newest events of their BAL along, deleted BAL included. */
export async function moveRangs(
  db: Db,
  from: string,
  to: string,
  domaines: readonly string[],
): Promise<void> {
  await db.query(
    `with moved as (
       delete from bal_evenement where source = $1::text and split_part(adresse, '@', 2) = any ($3::text[])
       returning adresse, horodatage_us, sequence, recu_le)
     insert into bal_evenement as known (source, adresse, horodatage_us, sequence, recu_le)
     select $2::text, adresse, horodatage_us, sequence, recu_le from moved
     on conflict (source, adresse) do update set horodatage_us = excluded.horodatage_us,
       sequence = excluded.sequence, recu_le = greatest(known.recu_le, excluded.recu_le)
     where (excluded.horodatage_us, excluded.sequence) > (known.horodatage_us, known.sequence)`,
    [from, to, domaines],
  );
}

/** Of a source that is dropped. */
export async function deleteRangs(db: Db, source: string): Promise<void> {
  await db.query(`delete from bal_evenement where source = $1::text`, [source]);
}

/** Microseconds since 1970 of the newest snapshot in service that said when it was taken. */
export async function findInstantaneUs(db: Db, source: string): Promise<bigint | undefined> {
  const { rows } = await db.query<{ us: string | null }>(
    `select (extract(epoch from max(instantane_le)) * 1000000)::bigint::text as us
     from inventaire_import where source = $1::text and etat in ('charge', 'inchange')`,
    [source],
  );
  const us = rows[0]?.us;
  return us === undefined || us === null ? undefined : BigInt(us);
}

export type Instantane = {
  /** When its reception began: an event received since is newer than it. */
  readonly recuLe: Date;
  /** When the platform says that it looked. */
  readonly instantaneLe: Date | undefined;
};

/**
 * The BAL with an event newer than a snapshot: the snapshot says nothing true of them. They keep what they have in service
 * (`keepInService`), and those that the event took away are not brought back.
 */
export async function listNewerThan(
  db: Db,
  source: string,
  { recuLe, instantaneLe }: Instantane,
): Promise<string[]> {
  const { rows } = await db.query<{ adresse: string }>(
    `select adresse from bal_evenement
     where source = $1::text and (recu_le >= $2::timestamptz
       or horodatage_us > (extract(epoch from $3::timestamptz) * 1000000)::bigint)`,
    [source, recuLe, instantaneLe ?? null],
  );
  return rows.map(({ adresse }) => adresse);
}

/** Takes staged lines of addresses that are not in service out: what `keepInService` leaves of those that it is given. */
export async function dropStagedAbsent(
  client: Client,
  source: string,
  adresses: readonly string[],
): Promise<void> {
  await client.query(
    `delete from bal_operateur_staging as new
     where new.adresse = any ($2::text[]) and not exists (
       select from bal_operateur as line where line.adresse = new.adresse
         and line.gone_load_id is null and line.source_inventaire = $1::text)`,
    [source, adresses],
  );
}

const deletedMax = 50_000;

/** Events older than this are refused, so that nothing need be known of them. */
export async function trimRangs(db: Db, oldest: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from bal_evenement where ctid = any (array(
       select ctid from bal_evenement where recu_le < $1::timestamptz limit ${deletedMax}))`,
    [oldest],
  );
  return rowCount ?? 0;
}
