// Attempts to sign in, charged before they are verified: however many come at once, no more than the limit are looked at.
import type { Db } from '../db/pool.js';

export type Verrouillage = {
  /** Failures that cost nothing but themselves; at this many, the wait begins. */
  readonly essais: number;
  /** First wait, doubled by each further failure, up to the maximum. */
  readonly attenteSecondes: number;
  readonly attenteMaxSecondes: number;
};

/** After that long without one, failures are forgotten. */
const oubli = '24 hours';

/** `compte`: charged, and may be verified; `verrouilleJusqua`: until when nothing more is, unless it succeeds. */
export type Essai =
  | { readonly kind: 'compte'; readonly verrouilleJusqua: Date | undefined }
  | { readonly kind: 'bloque'; readonly jusqua: Date };

/** Charges one attempt to `cle` (32 bytes), unless it must wait. */
export async function chargeEssai(
  db: Db,
  cle: Buffer,
  { essais, attenteSecondes, attenteMaxSecondes }: Verrouillage,
  now: Date,
): Promise<Essai> {
  const { rows } = await db.query<{ jusqua: Date | null }>(
    `insert into essai_connexion as e (cle, nombre, dernier_le, bloque_jusqua)
     values ($1::bytea, 1, $2::timestamptz,
       case when $3::integer <= 1 then $2::timestamptz + make_interval(secs => $4::integer) end)
     on conflict (cle) do update set (nombre, dernier_le, bloque_jusqua) = (
       select n, greatest(e.dernier_le, $2::timestamptz), case when n >= $3::integer then $2::timestamptz
         + make_interval(secs => least($5::integer, $4::integer * power(2, least(n - $3::integer, 20)))) end
       from (select case when e.dernier_le < $2::timestamptz - interval '${oubli}' then 1
         else least(e.nombre + 1, 1000) end as n) as compte)
     where e.bloque_jusqua is null or e.bloque_jusqua <= $2::timestamptz
     returning bloque_jusqua as jusqua`,
    [cle, now, essais, attenteSecondes, attenteMaxSecondes],
  );
  if (rows[0]) return { kind: 'compte', verrouilleJusqua: rows[0].jusqua ?? undefined };
  return { kind: 'bloque', jusqua: await findBlocage(db, cle, now) };
}

async function findBlocage(db: Db, cle: Buffer, now: Date): Promise<Date> {
  const { rows } = await db.query<{ jusqua: Date | null }>(
    `select bloque_jusqua as jusqua from essai_connexion where cle = $1::bytea`,
    [cle],
  );
  // Lifted between the two statements: the attempt was refused all the same, the next one will pass.
  return rows[0]?.jusqua ?? now;
}

/** Takes back what one attempt was charged: it succeeded. */
export async function refundEssai(db: Db, cle: Buffer, essais: number): Promise<void> {
  await db.query(
    `update essai_connexion set nombre = greatest(nombre - 1, 0),
       bloque_jusqua = case when nombre - 1 >= $2::integer then bloque_jusqua end
     where cle = $1::bytea`,
    [cle, essais],
  );
}

/** Nothing is held against `cle` any more. */
export async function forgiveEssais(db: Db, cle: Buffer): Promise<void> {
  await db.query(`delete from essai_connexion where cle = $1::bytea`, [cle]);
}

const prunedMax = 10_000;

/** Forgotten failures; a bounded number of them at a time. */
export async function pruneEssais(db: Db, now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from essai_connexion where cle in (select cle from essai_connexion
       where dernier_le < $1::timestamptz - interval '${oubli}'
         and (bloque_jusqua is null or bloque_jusqua <= $1::timestamptz)
       order by dernier_le limit ${prunedMax})`,
    [now],
  );
  return rowCount ?? 0;
}
