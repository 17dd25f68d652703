// The runs of `purge` and their proof.
import type { Db } from '../../db/pool.js';

export type PassagePurge = {
  readonly id: number;
  readonly commenceLe: Date;
  readonly termineLe: Date | undefined;
  /** Durations are counted back from it. */
  readonly referenceLe: Date;
  readonly etat: 'en-cours' | 'termine' | 'interrompu';
  readonly auteur: string;
  readonly version: string;
  readonly correlation: string | undefined;
  readonly reprises: number;
  readonly gardesLevees: readonly string[];
};

const columns = `id::float8 as id, commence_le as "commenceLe", termine_le as "termineLe", reference_le as "referenceLe",
  etat, auteur, version, correlation, reprises, gardes_levees as "gardesLevees"`;

type PassageRow = Omit<PassagePurge, 'termineLe' | 'correlation'> & {
  readonly termineLe: Date | null;
  readonly correlation: string | null;
};

function toPassage(row: PassageRow): PassagePurge {
  return {
    ...row,
    termineLe: row.termineLe ?? undefined,
    correlation: row.correlation ?? undefined,
  };
}

/** The one that was not ended: its program was stopped or killed, since the caller holds the lock. */
export async function findPassageOuvert(db: Db): Promise<PassagePurge | undefined> {
  const { rows } = await db.query<PassageRow>(
    `select ${columns} from purge_passage where etat = 'en-cours' order by id desc limit 1`,
  );
  return rows[0] && toPassage(rows[0]);
}

export async function findPassage(db: Db, id: number): Promise<PassagePurge | undefined> {
  const { rows } = await db.query<PassageRow>(
    `select ${columns} from purge_passage where id = $1::bigint`,
    [id],
  );
  return rows[0] && toPassage(rows[0]);
}

/** The last first. */
export async function listPassages(db: Db, max: number): Promise<PassagePurge[]> {
  const { rows } = await db.query<PassageRow>(
    `select ${columns} from purge_passage order by id desc limit $1::integer`,
    [max],
  );
  return rows.map(toPassage);
}

export type NouveauPassage = Pick<
  PassagePurge,
  'commenceLe' | 'referenceLe' | 'auteur' | 'version' | 'correlation' | 'gardesLevees'
>;

export async function insertPassage(db: Db, passage: NouveauPassage): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into purge_passage (commence_le, reference_le, auteur, version, correlation, gardes_levees)
     values ($1::timestamptz, $2::timestamptz, $3::text, $4::text, $5::text, $6::text[]) returning id::float8 as id`,
    [
      passage.commenceLe,
      passage.referenceLe,
      passage.auteur,
      passage.version,
      passage.correlation ?? null,
      passage.gardesLevees,
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('insert into purge_passage returned no row');
  return row.id;
}

export async function reprendrePassage(db: Db, id: number): Promise<void> {
  await db.query(`update purge_passage set reprises = reprises + 1 where id = $1::bigint`, [id]);
}

export async function finirPassage(
  db: Db,
  id: number,
  etat: 'termine' | 'interrompu',
  now: Date,
): Promise<void> {
  await db.query(
    `update purge_passage set etat = $2::text, termine_le = greatest($3::timestamptz, commence_le)
     where id = $1::bigint`,
    [id, etat, now],
  );
}

export type ComptePurge = {
  readonly cible: string;
  readonly categorie: string;
  readonly action: 'effacement' | 'anonymisation';
  readonly jours: number;
  readonly avant: Date;
  readonly totalAvant: number;
  readonly aTerme: number;
  readonly traites: number;
  readonly totalApres: number | undefined;
  /** Rows at their term that are left: 0 is the proof. */
  readonly restants: number | undefined;
  readonly termineLe: Date | undefined;
};

export async function listComptes(db: Db, passageId: number): Promise<ComptePurge[]> {
  const { rows } = await db.query<
    Omit<ComptePurge, 'totalApres' | 'restants' | 'termineLe'> & {
      totalApres: number | null;
      restants: number | null;
      termineLe: Date | null;
    }
  >(
    `select cible, categorie, action, jours, avant, total_avant::float8 as "totalAvant", a_terme::float8 as "aTerme",
       traites::float8 as traites, total_apres::float8 as "totalApres", restants::float8 as restants,
       termine_le as "termineLe"
     from purge_compte where passage_id = $1::bigint order by categorie, cible`,
    [passageId],
  );
  return rows.map((row) => ({
    ...row,
    totalApres: row.totalApres ?? undefined,
    restants: row.restants ?? undefined,
    termineLe: row.termineLe ?? undefined,
  }));
}

export type NouveauCompte = Pick<
  ComptePurge,
  'cible' | 'categorie' | 'action' | 'jours' | 'avant' | 'totalAvant' | 'aTerme'
>;

export async function insertCompte(
  db: Db,
  passageId: number,
  compte: NouveauCompte,
): Promise<void> {
  await db.query(
    `insert into purge_compte (passage_id, cible, categorie, action, jours, avant, total_avant, a_terme)
     values ($1::bigint, $2::text, $3::text, $4::text, $5::integer, $6::timestamptz, $7::bigint, $8::bigint)
     on conflict (passage_id, cible) do nothing`,
    [
      passageId,
      compte.cible,
      compte.categorie,
      compte.action,
      compte.jours,
      compte.avant,
      compte.totalAvant,
      compte.aTerme,
    ],
  );
}

/** In the transaction of the batch: what the proof says was done was done. */
export async function ajouterTraites(
  db: Db,
  passageId: number,
  cible: string,
  traites: number,
): Promise<void> {
  await db.query(
    `update purge_compte set traites = traites + $3::bigint where passage_id = $1::bigint and cible = $2::text`,
    [passageId, cible, traites],
  );
}

export async function finirCompte(
  db: Db,
  passageId: number,
  cible: string,
  fin: { readonly totalApres: number; readonly restants: number; readonly now: Date },
): Promise<void> {
  await db.query(
    `update purge_compte set total_apres = $3::bigint, restants = $4::bigint, termine_le = $5::timestamptz
     where passage_id = $1::bigint and cible = $2::text`,
    [passageId, cible, fin.totalApres, fin.restants, fin.now],
  );
}
