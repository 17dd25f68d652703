// Links that let a professional in: to whom one may be sent, and each used once.
import type { Db } from '../db/pool.js';
import { parseRpps, type Rpps } from '../domain/identifiers.js';

export type AutrePer = {
  readonly rpps: Rpps;
  /** First name and name of practice, as published. */
  readonly nom: string;
  /** Where a link may go: never the address that was given. */
  readonly adresse: string;
};

/**
 * Another published PER of the holder (RPPS) of this one, the last that appeared; undefined when the address is not published as
 * the PER of exactly one RPPS, or is his only one. An address that also names somebody else is never chosen.
 */
export async function findAutrePer(db: Db, adresse: string): Promise<AutrePer | undefined> {
  const { rows } = await db.query<{ rpps: string; nom: string; adresse: string }>(
    `with porteur as (
       select min(identifiant_pp) as rpps from bal_annuaire
       where adresse = $1::text and gone_load_id is null
       having count(*) = count(*) filter (where type_bal = 'PER' and type_identifiant_pp = '8')
         and count(distinct identifiant_pp) = 1)
     select p.rpps, a.adresse, left(trim(concat_ws(' ', a.prenom_exercice, a.nom_exercice)), 200) as nom
     from porteur p
     join bal_annuaire a on a.identifiant_pp = p.rpps and a.type_identifiant_pp = '8'
       and a.type_bal = 'PER' and a.gone_load_id is null and a.adresse <> $1::text
     where not exists (select from bal_annuaire x where x.adresse = a.adresse and x.gone_load_id is null
       and (x.type_bal is distinct from 'PER' or x.type_identifiant_pp is distinct from '8'
         or x.identifiant_pp is distinct from p.rpps))
     order by a.first_load_id desc, a.adresse limit 1`,
    [adresse.toLowerCase()],
  );
  const rpps = parseRpps(rows[0]?.rpps ?? '');
  return rows[0] && rpps !== undefined ? { ...rows[0], rpps } : undefined;
}

export type NouveauLien = {
  readonly empreinte: Buffer;
  readonly rpps: Rpps;
  readonly nom: string;
  readonly creeLe: Date;
  readonly expireLe: Date;
};

/** Old links leave by as many as come, and more. */
const purgedMax = 100;

export async function insertLien(db: Db, lien: NouveauLien): Promise<void> {
  await db.query(
    `with anciens as (delete from lien_connexion where empreinte in (
       select empreinte from lien_connexion where expire_le < $4::timestamptz - interval '1 day'
       order by expire_le limit ${purgedMax} for update skip locked))
     insert into lien_connexion (empreinte, rpps, nom, cree_le, expire_le)
     values ($1::bytea, $2::text, $3::text, $4::timestamptz, $5::timestamptz)`,
    [lien.empreinte, lien.rpps, lien.nom, lien.creeLe, lien.expireLe],
  );
}

/** Uses it up; of two attempts at once, one gets its holder. Undefined when it is unknown, used or too old. */
export async function useLien(
  db: Db,
  empreinte: Buffer,
  now: Date,
): Promise<{ readonly rpps: Rpps; readonly nom: string } | undefined> {
  const { rows } = await db.query<{ rpps: string; nom: string }>(
    `update lien_connexion set utilise_le = $2::timestamptz
     where empreinte = $1::bytea and utilise_le is null and expire_le > $2::timestamptz
     returning rpps, nom`,
    [empreinte, now],
  );
  const rpps = parseRpps(rows[0]?.rpps ?? '');
  return rows[0] && rpps !== undefined ? { rpps, nom: rows[0].nom } : undefined;
}
