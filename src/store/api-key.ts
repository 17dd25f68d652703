// The clients of the API. Only the hash of a key is ever here.
import type { Db } from '../db/pool.js';
import type { Portee } from '../domain/portee.js';

export type ApiKey = {
  readonly id: number;
  readonly nom: string;
  readonly portees: readonly Portee[];
  /** The sources of the inventory that the scope « inventaire » is for; undefined: all of them. */
  readonly sourcesInventaire: readonly string[] | undefined;
  /** Undefined: the limit of the settings. */
  readonly requetesParSeconde: number | undefined;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly revokedBy: string | undefined;
  /** To the minute. */
  readonly lastUsedAt: Date | undefined;
};

type Row = {
  [Key in keyof ApiKey]: undefined extends ApiKey[Key]
    ? Exclude<ApiKey[Key], undefined> | null
    : ApiKey[Key];
};

const columns = `id, nom, portees, sources_inventaire as "sourcesInventaire",
  requetes_par_seconde as "requetesParSeconde", created_at as "createdAt",
  created_by as "createdBy", expires_at as "expiresAt", revoked_at as "revokedAt",
  revoked_by as "revokedBy", last_used_at as "lastUsedAt"`;

function toApiKey(row: Row): ApiKey {
  return {
    ...row,
    sourcesInventaire: row.sourcesInventaire ?? undefined,
    requetesParSeconde: row.requetesParSeconde ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
    revokedBy: row.revokedBy ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
  };
}

/** The key in force with this hash: revoked and expired ones are not found. */
export async function findApiKey(
  db: Db,
  empreinte: Buffer,
  now: Date,
): Promise<ApiKey | undefined> {
  const { rows } = await db.query<Row>({
    name: 'api-key',
    text: `select ${columns} from api_key where empreinte = $1::bytea and revoked_at is null
      and (expires_at is null or expires_at > $2::timestamptz)`,
    values: [empreinte, now],
  });
  return rows[0] && toApiKey(rows[0]);
}

export type NewApiKey = Pick<
  ApiKey,
  'nom' | 'portees' | 'requetesParSeconde' | 'createdAt' | 'createdBy' | 'expiresAt'
> & { readonly empreinte: Buffer; readonly sourcesInventaire?: readonly string[] | undefined };

/** Undefined when a key in force already bears this name. */
export async function insertApiKey(db: Db, key: NewApiKey): Promise<ApiKey | undefined> {
  const { rows } = await db.query<Row>(
    `insert into api_key (nom, empreinte, portees, requetes_par_seconde, created_at, created_by, expires_at,
       sources_inventaire)
     values ($1::text, $2::bytea, $3::text[], $4::integer, $5::timestamptz, $6::text, $7::timestamptz, $8::text[])
     on conflict (lower(nom)) where revoked_at is null do nothing
     returning ${columns}`,
    [
      key.nom,
      key.empreinte,
      key.portees,
      key.requetesParSeconde ?? null,
      key.createdAt,
      key.createdBy,
      key.expiresAt ?? null,
      key.sourcesInventaire ?? null,
    ],
  );
  return rows[0] && toApiKey(rows[0]);
}

/** By its number or its name; undefined when no key in force answers to it. */
export async function revokeApiKey(
  db: Db,
  key: string,
  revokedBy: string,
  now: Date,
): Promise<ApiKey | undefined> {
  const { rows } = await db.query<Row>(
    `update api_key set revoked_at = $3::timestamptz, revoked_by = $2::text
     where revoked_at is null and (id::text = $1::text or lower(nom) = lower($1::text))
     returning ${columns}`,
    [key, revokedBy, now],
  );
  return rows[0] && toApiKey(rows[0]);
}

/** The youngest first; revoked ones too. */
export async function listApiKeys(db: Db): Promise<ApiKey[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from api_key order by id desc limit 1000`,
  );
  return rows.map(toApiKey);
}
