// The figures of mesure_hygiene day by day, all domains together or one.
import type { Base, Chiffre } from '../domain/chiffre-hygiene.js';
import type { Db } from '../db/pool.js';

export type TotalJour = {
  /** aaaa-mm-jj. */
  readonly jour: string;
  readonly chiffre: Chiffre | Base;
  readonly valeur: number;
  /** By how much the domains and types in which it rose, or fell, moved since the measure before. */
  readonly hausse: number;
  readonly baisse: number;
};

/** In the order of days; a figure that is 0 has no row. */
export async function listTotaux(
  db: Db,
  depuis: string,
  chiffres: readonly (Chiffre | Base)[],
): Promise<TotalJour[]> {
  const { rows } = await db.query<TotalJour>(
    `select jour::text as jour, chiffre, valeur, hausse, baisse from mesure_total
     where jour >= $1::date and chiffre = any($2::text[]) order by jour, chiffre`,
    [depuis, chiffres],
  );
  return rows;
}

/** The same of one domain, out of its own lines. */
export async function listTotauxDomaine(
  db: Db,
  depuis: string,
  chiffres: readonly (Chiffre | Base)[],
  domaine: string,
): Promise<TotalJour[]> {
  const { rows } = await db.query<TotalJour>(
    `with ligne as materialized (
       select chiffre, type_bal, valeur, depuis, jusqua from mesure_hygiene
       where domaine = $3::text and chiffre = any($2::text[]) and (jusqua is null or jusqua >= $1::date)),
     valeur as (
       select j.jour, l.chiffre, sum(l.valeur) as valeur from mesure_jour j
       join ligne l on l.depuis <= j.jour and (l.jusqua is null or l.jusqua > j.jour)
       where j.jour >= $1::date group by j.jour, l.chiffre),
     mouvement as (
       select jour, chiffre, sum(greatest(delta, 0)) as hausse, sum(greatest(-delta, 0)) as baisse
       from (select jour, type_bal, chiffre, sum(delta) as delta
         from (select depuis as jour, type_bal, chiffre, valeur as delta from ligne
           union all select jusqua, type_bal, chiffre, -valeur from ligne where jusqua is not null) bords
         group by jour, type_bal, chiffre) ecarts
       where jour >= $1::date and jour > (select min(jour) from mesure_jour) group by jour, chiffre)
     select jour::text as jour, chiffre, coalesce(valeur, 0)::integer as valeur,
       coalesce(hausse, 0)::integer as hausse, coalesce(baisse, 0)::integer as baisse
     from valeur full join mouvement using (jour, chiffre) order by jour, chiffre`,
    [depuis, chiffres, domaine],
  );
  return rows;
}
