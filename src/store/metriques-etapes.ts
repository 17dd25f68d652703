// What the metrics tell of scheduled stages; of nodes, `noeud.ts` does.
import type { Db } from '../db/pool.js';

export type MesureEtape = {
  readonly etape: string;
  /** Of the last run that ended. */
  readonly finiLe: Date | null;
  readonly dureeSecondes: number | null;
  readonly issue: string | null;
  readonly succesLe: Date | null;
  /** Of one that has not ended yet. */
  readonly commenceLe: Date | null;
};

// One that fails for years is not searched for its last success without end.
const passagesMax = 10_000;

/** Names are stepped through in the index: there are a dozen, over years of runs. */
export async function mesurerEtapes(db: Db): Promise<MesureEtape[]> {
  const { rows } = await db.query<MesureEtape>(
    `with recursive connue as (
       select min(etape) as etape from passage
       union all
       select (select min(p.etape) from passage p where p.etape > c.etape) from connue c where c.etape is not null)
     select c.etape, d.fini_le as "finiLe", extract(epoch from d.fini_le - d.commence_le)::float8 as "dureeSecondes",
       d.issue, s.fini_le as "succesLe", e.commence_le as "commenceLe"
     from connue c
     left join lateral (select fini_le, commence_le, issue from passage p
       where p.etape = c.etape and fini_le is not null order by prevu_le desc limit 1) d on true
     left join lateral (select fini_le from (select fini_le, issue from passage p where p.etape = c.etape
         order by prevu_le desc limit ${passagesMax}) recents where issue = 'reussite' limit 1) s on true
     left join lateral (select commence_le, fini_le from passage p
       where p.etape = c.etape order by prevu_le desc limit 1) e on e.fini_le is null
     where c.etape is not null`,
  );
  return rows;
}
