// Sessions of the pages. A row is only ever changed by the number that its browser holds: one closed meanwhile stays closed.
import type { Db } from '../db/pool.js';

/** The part of the site that it opens. */
export type NomEspace = 'console' | 'demande';

export type DonneesSession = Readonly<Record<string, unknown>>;

export type SessionWeb = {
  /** SHA-256 of the browser's token: 32 bytes. */
  readonly empreinte: Buffer;
  readonly espace: NomEspace;
  /** Undefined: nobody signed in yet. */
  readonly titulaire: string | undefined;
  readonly donnees: DonneesSession;
  readonly posteAdresse: string | undefined;
  readonly posteAgent: string | undefined;
  readonly creeLe: Date;
  readonly vueLe: Date;
  readonly expireLe: Date;
};

const columns = `empreinte, espace, titulaire, donnees, poste_adresse as "posteAdresse", poste_agent as "posteAgent",
  cree_le as "creeLe", vue_le as "vueLe", expire_le as "expireLe"`;

type SessionRow = Omit<SessionWeb, 'titulaire' | 'posteAdresse' | 'posteAgent'> & {
  readonly titulaire: string | null;
  readonly posteAdresse: string | null;
  readonly posteAgent: string | null;
};

/** Undefined when it is unknown, at its end, or was not seen since `inactiveDepuis`. */
export async function findSession(
  db: Db,
  espace: NomEspace,
  empreinte: Buffer,
  { now, inactiveDepuis }: { readonly now: Date; readonly inactiveDepuis: Date },
): Promise<SessionWeb | undefined> {
  const { rows } = await db.query<SessionRow>(
    `select ${columns} from session_web
     where empreinte = $1::bytea and espace = $2::text and expire_le > $3::timestamptz
       and vue_le > $4::timestamptz`,
    [empreinte, espace, now, inactiveDepuis],
  );
  return rows[0] && toSession(rows[0]);
}

function toSession(row: SessionRow): SessionWeb {
  return {
    ...row,
    titulaire: row.titulaire ?? undefined,
    posteAdresse: row.posteAdresse ?? undefined,
    posteAgent: row.posteAgent ?? undefined,
  };
}

export type NouvelleSession = Omit<SessionWeb, 'vueLe'>;

export async function insertSession(db: Db, session: NouvelleSession): Promise<void> {
  const { empreinte, espace, titulaire, donnees, posteAdresse, posteAgent } = session;
  await db.query(
    `insert into session_web (empreinte, espace, titulaire, donnees, poste_adresse, poste_agent, cree_le, vue_le,
       expire_le)
     values ($1::bytea, $2::text, $3::text, $4::jsonb, $5::text, $6::text, $7::timestamptz, $7::timestamptz,
       $8::timestamptz)`,
    [
      empreinte,
      espace,
      titulaire ?? null,
      JSON.stringify(donnees),
      posteAdresse ?? null,
      posteAgent ?? null,
      session.creeLe,
      session.expireLe,
    ],
  );
}

/** False when the session is gone. */
export async function setDonnee(
  db: Db,
  empreinte: Buffer,
  cle: string,
  valeur: unknown,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update session_web set donnees = donnees || jsonb_build_object($2::text, $3::jsonb)
     where empreinte = $1::bytea`,
    [empreinte, cle, JSON.stringify(valeur)],
  );
  return rowCount === 1;
}

/** Takes a value out: of two requests at once, one gets it. */
export async function takeDonnee(db: Db, empreinte: Buffer, cle: string): Promise<unknown> {
  const { rows } = await db.query<{ valeur: unknown }>(
    `with avant as (select empreinte, donnees from session_web
       where empreinte = $1::bytea and donnees ? $2::text for update)
     update session_web s set donnees = s.donnees - $2::text
     from avant where s.empreinte = avant.empreinte
     returning avant.donnees -> $2::text as valeur`,
    [empreinte, cle],
  );
  return rows[0]?.valeur;
}

export async function touchSession(db: Db, empreinte: Buffer, now: Date): Promise<void> {
  await db.query(
    `update session_web set vue_le = $2::timestamptz
     where empreinte = $1::bytea and vue_le < $2::timestamptz`,
    [empreinte, now],
  );
}

/** False when it was gone already. */
export async function deleteSession(db: Db, empreinte: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(`delete from session_web where empreinte = $1::bytea`, [
    empreinte,
  ]);
  return rowCount === 1;
}

const sessionsOfMax = 100;

/** Of one person, the last seen first; at most a hundred. */
export async function listSessionsOf(
  db: Db,
  espace: NomEspace,
  titulaire: string,
  now: Date,
): Promise<SessionWeb[]> {
  const { rows } = await db.query<SessionRow>(
    `select ${columns} from session_web
     where espace = $1::text and titulaire = $2::text and expire_le > $3::timestamptz
     order by vue_le desc, empreinte limit ${sessionsOfMax}`,
    [espace, titulaire, now],
  );
  return rows.map(toSession);
}

/** All those of one person, but the one given. The number closed. */
export async function deleteSessionsOf(
  db: Db,
  espace: NomEspace,
  titulaire: string,
  sauf?: Buffer,
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from session_web where espace = $1::text and titulaire = $2::text
       and ($3::bytea is null or empreinte <> $3::bytea)`,
    [espace, titulaire, sauf ?? null],
  );
  return rowCount ?? 0;
}

const purgeMax = 10_000;

/**
 * Removes those at their end, a bounded number at a time; those of visitors who never signed in after an hour: anybody
 * makes them by beginning a sign-in.
 */
export async function purgeSessions(db: Db, now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from session_web where empreinte in (
       select empreinte from session_web where expire_le <= $1::timestamptz
         or (titulaire is null and vue_le <= $1::timestamptz - interval '1 hour')
       limit ${purgeMax}
       for update skip locked)`,
    [now],
  );
  return rowCount ?? 0;
}
