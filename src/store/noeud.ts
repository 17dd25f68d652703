// The daemons that share this database: each says every few seconds that it is there.
import type { Db } from '../db/pool.js';
import type { EtatNoeud } from '../domain/etat-noeud.js';

export type NouveauNoeud = {
  readonly nom: string;
  readonly version: string;
  readonly pid: number;
  readonly demarreLe: Date;
  readonly etat: EtatNoeud;
};

export type Noeud = {
  readonly id: string;
  readonly nom: string;
  readonly version: string;
  readonly pid: number;
  readonly demarreLe: Date;
  readonly vuLe: Date;
  /** It stopped as it should. */
  readonly arreteLe: Date | undefined;
  readonly etat: EtatNoeud;
};

/** A start. Returns its number; forgets those that nobody saw for a week. */
export async function insertNoeud(db: Db, noeud: NouveauNoeud): Promise<string> {
  const { nom, version, pid, demarreLe, etat } = noeud;
  await db.query(`delete from noeud where vu_le < $1::timestamptz - interval '7 days'`, [
    demarreLe,
  ]);
  const { rows } = await db.query<{ id: string }>(
    `insert into noeud (nom, version, pid, demarre_le, vu_le, etat)
     values ($1::text, $2::text, $3::integer, $4::timestamptz, $4::timestamptz, $5::jsonb)
     returning id::text as id`,
    [nom, version, pid, demarreLe, JSON.stringify(etat)],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('insert into noeud returned nothing');
  return id;
}

/** False: the row is no more (it was forgotten, or the database was restored); insert another one. */
export async function noterVu(db: Db, id: string, etat: EtatNoeud, now: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update noeud set vu_le = greatest(vu_le, $2::timestamptz), etat = $3::jsonb, arrete_le = null
     where id = $1::bigint`,
    [id, now, JSON.stringify(etat)],
  );
  return rowCount === 1;
}

export async function noterArret(db: Db, id: string, etat: EtatNoeud, now: Date): Promise<void> {
  await db.query(
    `update noeud set vu_le = greatest(vu_le, $2::timestamptz),
       arrete_le = greatest(demarre_le, $2::timestamptz), etat = $3::jsonb
     where id = $1::bigint`,
    [id, now, JSON.stringify(etat)],
  );
}

/** The last start of each name that was seen since `depuis`, by name. */
export async function listNoeuds(db: Db, depuis: Date): Promise<readonly Noeud[]> {
  const { rows } = await db.query<Omit<Noeud, 'arreteLe'> & { readonly arreteLe: Date | null }>(
    `select distinct on (nom) id::text as id, nom, version, pid, demarre_le as "demarreLe",
       vu_le as "vuLe", arrete_le as "arreteLe", etat
     from noeud
     where vu_le >= $1::timestamptz
     order by nom, demarre_le desc, id desc`,
    [depuis],
  );
  return rows.map((row) => ({ ...row, arreteLe: row.arreteLe ?? undefined }));
}
