// Local accounts of the console. Passwords are hashes, secrets are encrypted, codes are hashes: none can be read here.
import type { Db } from '../db/pool.js';
import type { Role } from '../domain/role.js';

export type Compte = {
  readonly id: number;
  readonly nom: string;
  readonly role: Role;
  /** argon2id; undefined until the account is activated. */
  readonly motDePasse: string | undefined;
  readonly motDePasseLe: Date | undefined;
  /** Encrypted. */
  readonly totpSecret: Buffer;
  readonly totpConfirmeLe: Date | undefined;
  readonly activationExpireLe: Date | undefined;
  /** Another one as soon as the role, the password, the secret or the state changes. */
  readonly version: number;
  readonly creeLe: Date;
  readonly creePar: string;
  readonly desactiveLe: Date | undefined;
  readonly derniereConnexionLe: Date | undefined;
};

type Row = {
  [Key in keyof Compte]: undefined extends Compte[Key]
    ? Exclude<Compte[Key], undefined> | null
    : Compte[Key];
};

const columns = `id, nom, role, mot_de_passe as "motDePasse", mot_de_passe_le as "motDePasseLe",
  totp_secret as "totpSecret", totp_confirme_le as "totpConfirmeLe",
  activation_expire_le as "activationExpireLe", version, cree_le as "creeLe", cree_par as "creePar",
  desactive_le as "desactiveLe", derniere_connexion_le as "derniereConnexionLe"`;

function toCompte(row: Row): Compte {
  return {
    ...row,
    motDePasse: row.motDePasse ?? undefined,
    motDePasseLe: row.motDePasseLe ?? undefined,
    totpConfirmeLe: row.totpConfirmeLe ?? undefined,
    activationExpireLe: row.activationExpireLe ?? undefined,
    desactiveLe: row.desactiveLe ?? undefined,
    derniereConnexionLe: row.derniereConnexionLe ?? undefined,
  };
}

/** What opens an account: a password, or a code that lets its holder choose one. */
export type Ouverture =
  | { readonly kind: 'mot-de-passe'; readonly empreinte: string }
  | { readonly kind: 'activation'; readonly empreinte: Buffer; readonly expireLe: Date };

export type NouveauCompte = {
  readonly nom: string;
  readonly role: Role;
  readonly totpSecret: Buffer;
  readonly ouverture: Ouverture;
  readonly creePar: string;
};

/** Undefined when the name is taken, by a disabled account too. */
export async function insertCompte(
  db: Db,
  { nom, role, totpSecret, ouverture, creePar }: NouveauCompte,
  now: Date,
): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>(
    `insert into compte (nom, role, totp_secret, mot_de_passe, mot_de_passe_le, activation_empreinte,
       activation_expire_le, cree_le, cree_par)
     values ($1::text, $2::text, $3::bytea, $4::text, $5::timestamptz, $6::bytea, $7::timestamptz,
       $8::timestamptz, $9::text)
     on conflict (nom) do nothing
     returning ${columns}`,
    [nom, role, totpSecret, ...ouvertureValues(ouverture, now), now, creePar],
  );
  return rows[0] && toCompte(rows[0]);
}

/** Password and second factor begin anew, recovery codes are void, and so is every session. */
export async function resetCompte(
  db: Db,
  nom: string,
  { totpSecret, ouverture }: Pick<NouveauCompte, 'totpSecret' | 'ouverture'>,
  now: Date,
): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>(
    `with secours as (
       delete from compte_secours s using compte c where s.compte_id = c.id and c.nom = $1::text)
     update compte set totp_secret = $2::bytea, totp_confirme_le = null, totp_dernier_pas = null,
       mot_de_passe = $3::text, mot_de_passe_le = $4::timestamptz,
       activation_empreinte = $5::bytea, activation_expire_le = $6::timestamptz
     where nom = $1::text
     returning ${columns}`,
    [nom, totpSecret, ...ouvertureValues(ouverture, now)],
  );
  return rows[0] && toCompte(rows[0]);
}

function ouvertureValues(ouverture: Ouverture, now: Date): (string | Date | Buffer | null)[] {
  return ouverture.kind === 'mot-de-passe'
    ? [ouverture.empreinte, now, null, null]
    : [null, null, ouverture.empreinte, ouverture.expireLe];
}

/** Disabled ones too. */
export async function findCompte(db: Db, nom: string): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>({
    name: 'compte',
    text: `select ${columns} from compte where nom = $1::text`,
    values: [nom],
  });
  return rows[0] && toCompte(rows[0]);
}

/** Disabled ones too. */
export async function findCompteById(db: Db, id: number): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>({
    name: 'compte-id',
    text: `select ${columns} from compte where id = $1::integer`,
    values: [id],
  });
  return rows[0] && toCompte(rows[0]);
}

const comptesMax = 1_000;

export async function listComptes(db: Db): Promise<Compte[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from compte order by nom limit ${comptesMax}`,
  );
  return rows.map(toCompte);
}

/** Undefined when there is none of this name. */
export async function setRole(db: Db, nom: string, role: Role): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>(
    `update compte set role = $2::text where nom = $1::text returning ${columns}`,
    [nom, role],
  );
  return rows[0] && toCompte(rows[0]);
}

/** An account already disabled keeps the date and the author of the first time. */
export async function disableCompte(
  db: Db,
  nom: string,
  par: string,
  now: Date,
): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>(
    `update compte set desactive_le = coalesce(desactive_le, $3::timestamptz),
       desactive_par = coalesce(desactive_par, $2::text)
     where nom = $1::text
     returning ${columns}`,
    [nom, par, now],
  );
  return rows[0] && toCompte(rows[0]);
}

export async function enableCompte(db: Db, nom: string): Promise<Compte | undefined> {
  const { rows } = await db.query<Row>(
    `update compte set desactive_le = null, desactive_par = null where nom = $1::text returning ${columns}`,
    [nom],
  );
  return rows[0] && toCompte(rows[0]);
}
