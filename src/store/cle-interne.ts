// Keys that the program makes once and keeps in the database, so that every node has the same.
import { randomBytes } from 'node:crypto';
import type { Db } from '../db/pool.js';

/** The key of the links: that of the settings (`web.cleDesLiens`), else the one of this database, made at first use. */
export async function getCleDesLiens(db: Db, reglage: string | undefined): Promise<Buffer> {
  return reglage === undefined ? getCleInterne(db, 'liens') : Buffer.from(reglage, 'utf8');
}

/** The key of the accounts' secrets: that of the settings (`console.cleDesComptes`), else the one of this database. */
export async function getCleDesComptes(db: Db, reglage: string | undefined): Promise<Buffer> {
  return reglage === undefined ? getCleInterne(db, 'comptes') : Buffer.from(reglage, 'utf8');
}

async function getCleInterne(db: Db, nom: string): Promise<Buffer> {
  const known = await findCleInterne(db, nom);
  if (known) return known;
  await db.query(
    `insert into cle_interne (nom, valeur) values ($1::text, $2::bytea) on conflict (nom) do nothing`,
    [nom, randomBytes(32)],
  );
  // Another node may have been first: its key is the one.
  const made = await findCleInterne(db, nom);
  if (!made) throw new Error(`cle_interne has no row ${nom}`);
  return made;
}

async function findCleInterne(db: Db, nom: string): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ valeur: Buffer }>(
    `select valeur from cle_interne where nom = $1::text`,
    [nom],
  );
  return rows[0]?.valeur;
}
