// Snapshots of the inventory received over HTTP: what became of each.
import type { Db } from '../db/pool.js';
import type {
  CompteImport,
  EtatImport,
  ImportRecu,
  ProblemeRecu,
} from '../domain/inventaire-recu.js';

const columns = `id::float8 as id, source, format, etat, recu_le as "recuLe", termine_le as "termineLe",
  instantane_le as "instantaneLe", octets::float8 as octets, encode(sha256, 'hex') as sha256, lecture,
  load_id as chargement, compte, avertissements, probleme, fichier, accepte_par as "acceptePar"`;

type Row = {
  [Key in keyof ImportRecu]: undefined extends ImportRecu[Key]
    ? Exclude<ImportRecu[Key], undefined> | null
    : ImportRecu[Key];
};

function toImport(row: Row): ImportRecu {
  return {
    ...row,
    termineLe: row.termineLe ?? undefined,
    instantaneLe: row.instantaneLe ?? undefined,
    chargement: row.chargement ?? undefined,
    compte: row.compte ?? undefined,
    probleme: row.probleme ?? undefined,
    fichier: row.fichier ?? undefined,
    acceptePar: row.acceptePar ?? undefined,
  };
}

export type NewImport = Pick<
  ImportRecu,
  'source' | 'format' | 'recuLe' | 'instantaneLe' | 'octets' | 'sha256' | 'lecture'
> & { readonly keyId: number };

/** Returns its number; it is under way. */
export async function insertImport(db: Db, recu: NewImport): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into inventaire_import (source, key_id, format, recu_le, instantane_le, octets, sha256, lecture)
     values ($1::text, $2::integer, $3::text, $4::timestamptz, $5::timestamptz, $6::bigint,
       decode($7::text, 'hex'), $8::jsonb)
     returning id::float8 as id`,
    [
      recu.source,
      recu.keyId,
      recu.format,
      recu.recuLe,
      recu.instantaneLe ?? null,
      recu.octets,
      recu.sha256,
      JSON.stringify(recu.lecture),
    ],
  );
  const row = rows[0];
  if (!row) throw new Error('insert into inventaire_import returned no row');
  return row.id;
}

export type ImportEnd = {
  readonly etat: Exclude<EtatImport, 'en-cours'>;
  readonly chargement?: number | undefined;
  readonly compte?: CompteImport | undefined;
  readonly avertissements?: readonly string[] | undefined;
  readonly probleme?: ProblemeRecu | undefined;
  readonly fichier?: string | undefined;
  readonly acceptePar?: string | undefined;
};

export async function finishImport(db: Db, id: number, end: ImportEnd, now: Date): Promise<void> {
  await db.query(
    `update inventaire_import set etat = $2::text, termine_le = $3::timestamptz, load_id = $4::integer,
       compte = $5::jsonb, avertissements = $6::text[], probleme = $7::jsonb, fichier = $8::text,
       accepte_par = $9::text
     where id = $1::bigint`,
    [
      id,
      end.etat,
      now,
      end.chargement ?? null,
      end.compte === undefined ? null : JSON.stringify(end.compte),
      end.avertissements ?? [],
      end.probleme === undefined ? null : JSON.stringify(end.probleme),
      end.fichier ?? null,
      end.acceptePar ?? null,
    ],
  );
}

export async function findImport(db: Db, id: number): Promise<ImportRecu | undefined> {
  const { rows } = await db.query<Row>(
    `select ${columns} from inventaire_import where id = $1::bigint`,
    [id],
  );
  return rows[0] && toImport(rows[0]);
}

/** Closes those that a killed program left open; the caller holds the lock of their source, so none is alive. */
export async function interruptImports(
  db: Db,
  source: string,
  probleme: ProblemeRecu,
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query(
    `update inventaire_import set etat = 'interrompu', termine_le = $2::timestamptz, probleme = $3::jsonb
     where source = $1::text and etat = 'en-cours'`,
    [source, now, JSON.stringify(probleme)],
  );
  return rowCount ?? 0;
}

/** Those whose content is kept for an administrator to accept, the youngest first. */
export async function listKeptImports(db: Db): Promise<ImportRecu[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from inventaire_import where fichier is not null order by id desc limit 1000`,
  );
  return rows.map(toImport);
}

/** True when a snapshot of the source received since is in service; newer events are no matter, they are kept. */
export async function isOutdated(db: Db, { id, source }: ImportRecu): Promise<boolean> {
  const { rows } = await db.query<{ isOutdated: boolean }>(
    `select exists (select from inventaire_import
       where source = $1::text and id > $2::bigint and etat in ('charge', 'inchange')) as "isOutdated"`,
    [source, id],
  );
  return rows[0]?.isOutdated ?? false;
}

/** What becomes of a kept content that is kept no more: it can no longer be accepted. */
export async function forgetKeptFile(db: Db, id: number): Promise<void> {
  await db.query(`update inventaire_import set fichier = null where id = $1::bigint`, [id]);
}

/** The same of files that were removed, by their names. */
export async function forgetKeptFiles(db: Db, names: readonly string[]): Promise<void> {
  await db.query(`update inventaire_import set fichier = null where fichier = any ($1::text[])`, [
    names,
  ]);
}

const deletedMax = 10_000;

/** Forgets finished imports older than `oldest`, but the last one of each source that was put in service. */
export async function trimImports(db: Db, oldest: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from inventaire_import where id in (
       select id from inventaire_import old
       where recu_le < $1::timestamptz and etat <> 'en-cours' and fichier is null
         and exists (select from inventaire_import newer where newer.source = old.source
           and newer.id > old.id and newer.etat in ('charge', 'inchange'))
       order by id limit ${deletedMax})`,
    [oldest],
  );
  return rowCount ?? 0;
}
