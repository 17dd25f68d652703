// Reads the figures that src/store/mesure.ts keeps.
import type { Base, Chiffre } from '../domain/chiffre-hygiene.js';
import type { Db } from '../db/pool.js';

export type JourMesure = {
  /** aaaa-mm-jj, Europe/Paris. */
  readonly jour: string;
  readonly mesureLe: Date;
  /** The last reconciliation of the day, of which the figures are. */
  readonly runId: number;
  readonly nonEvalues: readonly Chiffre[];
};

export async function listJours(db: Db, depuis: string): Promise<JourMesure[]> {
  const { rows } = await db.query<JourMesure>(
    `select jour::text as jour, mesure_at as "mesureLe", run_id as "runId", non_evalues as "nonEvalues"
     from mesure_jour where jour >= $1::date order by jour`,
    [depuis],
  );
  return rows;
}

export async function findPremierJour(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ jour: string | null }>(
    `select min(jour)::text as jour from mesure_jour`,
  );
  return rows[0]?.jour ?? undefined;
}

export type Variation = {
  readonly jour: string;
  readonly chiffre: Chiffre | Base;
  readonly delta: number;
};

/** By how much each figure moved on each day, over the domains asked for; the value on the first day counts as its move. */
export async function listVariations(
  db: Db,
  depuis: string,
  domaine: string | undefined,
): Promise<Variation[]> {
  const { rows } = await db.query<Variation>(
    `select jour::text as jour, chiffre, sum(delta)::integer as delta
     from (
       select greatest(depuis, $1::date) as jour, chiffre, valeur as delta from mesure_hygiene
       where (jusqua is null or jusqua > $1::date) and ($2::text is null or domaine = $2::text)
       union all
       select jusqua, chiffre, -valeur from mesure_hygiene
       where jusqua > $1::date and ($2::text is null or domaine = $2::text)) moves
     group by jour, chiffre having sum(delta) <> 0 order by jour, chiffre`,
    [depuis, domaine ?? null],
  );
  return rows;
}

export type ValeurDomaine = {
  readonly domaine: string;
  readonly chiffre: Chiffre | Base;
  readonly valeur: number;
};

/** All types together. */
export async function listValeurs(
  db: Db,
  jour: string,
  domaine: string | undefined,
): Promise<ValeurDomaine[]> {
  const { rows } = await db.query<ValeurDomaine>(
    `select domaine, chiffre, sum(valeur)::integer as valeur from mesure_hygiene
     where depuis <= $1::date and (jusqua is null or jusqua > $1::date)
       and ($2::text is null or domaine = $2::text)
     group by domaine, chiffre order by domaine, chiffre`,
    [jour, domaine ?? null],
  );
  return rows;
}

export type LigneMesure = {
  readonly jour: string;
  readonly domaine: string;
  readonly typeBal: string;
  readonly valeurs: Readonly<Record<string, number>>;
  readonly nonEvalues: readonly Chiffre[];
};

const pageSizeMax = 2_000;

/** One row per day, domain and type, page by page. `db` is a client inside a transaction: a cursor is read. */
export async function* listLignes(
  db: Db,
  depuis: string,
  domaine: string | undefined,
): AsyncGenerator<LigneMesure[], void, undefined> {
  await db.query(
    `declare mesures no scroll cursor for
     select m.jour::text as jour, m.domaine, m.type_bal as "typeBal",
       jsonb_object_agg(m.chiffre, m.valeur) as valeurs, j.non_evalues as "nonEvalues"
     from mesure_du_jour m join mesure_jour j using (jour)
     where m.jour >= $1::date and ($2::text is null or m.domaine = $2::text)
     group by m.jour, m.domaine, m.type_bal, j.non_evalues order by m.jour, m.domaine, m.type_bal`,
    [depuis, domaine ?? null],
  );
  try {
    for (;;) {
      const { rows } = await db.query<LigneMesure>(`fetch forward ${pageSizeMax} from mesures`);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await db.query('close mesures').catch(() => undefined);
  }
}
