// The counters of what was asked of each interface of the Annuaire.
import type { ObjetUsage } from '../domain/usage-interface.js';
import type { Db } from '../db/pool.js';

export type CompteUsage = ObjetUsage & {
  /** `aaaa-mm-jj`, of Paris. */
  readonly jour: string;
  readonly nombre: number;
  /** Bytes; of a « chargement », lines. */
  readonly volume: number;
  readonly premierLe: Date;
  readonly dernierLe: Date;
};

/** Adds to what is already counted. */
export async function ajouterUsages(db: Db, comptes: readonly CompteUsage[]): Promise<void> {
  const column = <Key extends keyof CompteUsage>(key: Key): CompteUsage[Key][] =>
    comptes.map((compte) => compte[key]);
  await db.query(
    `insert into usage_interface as u
       (jour, interface, source, hote, operation, issue, nombre, volume, premier_le, dernier_le)
     select * from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::bigint[], $8::bigint[], $9::timestamptz[], $10::timestamptz[])
     on conflict (jour, interface, source, hote, operation, issue) do update set
       nombre = u.nombre + excluded.nombre, volume = u.volume + excluded.volume,
       premier_le = least(u.premier_le, excluded.premier_le),
       dernier_le = greatest(u.dernier_le, excluded.dernier_le)`,
    [
      ...(['jour', 'interface', 'source', 'hote', 'operation', 'issue'] as const).map(column),
      ...(['nombre', 'volume', 'premierLe', 'dernierLe'] as const).map(column),
    ],
  );
}

export type PeriodeUsage = {
  /** `aaaa-mm-jj`, both included. */
  readonly premierJour: string;
  readonly dernierJour: string;
};

/** In the order of the days. */
export async function listUsages(
  db: Db,
  { premierJour, dernierJour }: PeriodeUsage,
): Promise<CompteUsage[]> {
  const { rows } = await db.query<CompteUsage>(
    `select to_char(jour, 'YYYY-MM-DD') as jour, interface, source, hote, operation, issue,
       nombre::float8 as nombre, volume::float8 as volume, premier_le as "premierLe",
       dernier_le as "dernierLe"
     from usage_interface where jour between $1::date and $2::date
     order by usage_interface.jour, interface, source, hote, operation, issue`,
    [premierJour, dernierJour],
  );
  return rows;
}

/** `aaaa-mm-jj`; undefined while nothing was counted. */
export async function findPremierJourUsage(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ jour: string | null }>(
    `select to_char(min(jour), 'YYYY-MM-DD') as jour from usage_interface`,
  );
  return rows[0]?.jour ?? undefined;
}
