// What a sign-in writes. Each statement lets one of two attempts at the same moment through, never both.
import type { Db } from '../db/pool.js';

/** False when a code of this time step or of a later one was accepted before, or when the account is closed. */
export async function acceptPas(db: Db, id: number, pas: number, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update compte set totp_dernier_pas = $2::bigint,
       totp_confirme_le = coalesce(totp_confirme_le, $3::timestamptz)
     where id = $1::integer and desactive_le is null
       and (totp_dernier_pas is null or totp_dernier_pas < $2::bigint)`,
    [id, pas, now],
  );
  return rowCount === 1;
}

/** False when it is no code of this account, or was used before. */
export async function acceptSecours(
  db: Db,
  id: number,
  empreinte: Buffer,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update compte_secours set employe_le = $3::timestamptz
     where compte_id = $1::integer and empreinte = $2::bytea and employe_le is null`,
    [id, empreinte, now],
  );
  return rowCount === 1;
}

/** In the place of those that there were. */
export async function replaceSecours(
  db: Db,
  id: number,
  empreintes: readonly Buffer[],
): Promise<void> {
  await db.query(
    `with anciens as (delete from compte_secours where compte_id = $1::integer)
     insert into compte_secours (compte_id, empreinte) select $1::integer, unnest($2::bytea[])`,
    [id, empreintes],
  );
}

export async function countSecours(db: Db, id: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from compte_secours where compte_id = $1::integer and employe_le is null`,
    [id],
  );
  return rows[0]?.n ?? 0;
}

/** The account that this code activates, if it still can. */
export async function findActivation(
  db: Db,
  empreinte: Buffer,
  now: Date,
): Promise<number | undefined> {
  const { rows } = await db.query<{ id: number }>(
    `select id from compte where activation_empreinte = $1::bytea and activation_expire_le > $2::timestamptz
       and desactive_le is null`,
    [empreinte, now],
  );
  return rows[0]?.id;
}

export type Activation = {
  /** Of the code. */
  readonly empreinte: Buffer;
  /** argon2id. */
  readonly motDePasse: string;
  /** Of the first one-time password. */
  readonly pas: number;
};

/** Uses the code up; false when it was used or is too old. */
export async function activateCompte(
  db: Db,
  { empreinte, motDePasse, pas }: Activation,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update compte set mot_de_passe = $2::text, mot_de_passe_le = $4::timestamptz,
       totp_confirme_le = $4::timestamptz, totp_dernier_pas = $3::bigint,
       activation_empreinte = null, activation_expire_le = null
     where activation_empreinte = $1::bytea and activation_expire_le > $4::timestamptz
       and desactive_le is null`,
    [empreinte, motDePasse, pas, now],
  );
  return rowCount === 1;
}

export async function noteConnexion(db: Db, id: number, now: Date): Promise<void> {
  await db.query(
    `update compte set derniere_connexion_le = $2::timestamptz where id = $1::integer`,
    [id, now],
  );
}
