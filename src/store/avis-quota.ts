// BAL whose share of their quota crossed a threshold, up or down, since their users were last told.
import { rearmementPoints, type SeuilQuota } from '../domain/seuil-quota.js';
import type { Db } from '../db/pool.js';

export type BalRemplie = {
  readonly adresse: string;
  readonly domaine: string;
  readonly typeBal: string;
  /** Whole percentage. */
  readonly pourcent: number;
  /** Bytes. */
  readonly tailleOctets: number;
  readonly quotaOctets: number;
  /** The last threshold told; 0: none. */
  readonly seuil: SeuilQuota | 0;
  /** Notices so far. */
  readonly occasion: number;
};

/** Those that have something to tell or to arm again, the fullest first; at most `max`. */
export async function listBalRemplies(db: Db, max: number): Promise<BalRemplie[]> {
  const { rows } = await db.query<BalRemplie>(
    `select b.adresse, b.domaine, b."typeBal", b.pourcent, b."tailleOctets", b."quotaOctets",
       coalesce(q.seuil, 0)::integer as seuil, coalesce(q.occasion, 0) as occasion
     from (select distinct on (adresse) adresse, domaine, type_bal as "typeBal",
         least(trunc(taille_octets::numeric * 100 / quota_octets), 100000)::integer as pourcent,
         taille_octets::float8 as "tailleOctets", quota_octets::float8 as "quotaOctets"
       from bal_operateur
       where gone_load_id is null and etat <> 'ferme' and quota_octets > 0 and taille_octets is not null
       order by adresse, trunc(taille_octets::numeric * 100 / quota_octets) desc) b
     left join avis_quota q on q.adresse = b.adresse
     where (b.pourcent >= 80 and case when b.pourcent >= 100 then 100 when b.pourcent >= 90 then 90 else 80 end
         > coalesce(q.seuil, 0))
       or b.pourcent < coalesce(q.seuil, 0) - $2::integer
     order by b.pourcent desc, b.adresse limit $1::integer`,
    [max, rearmementPoints],
  );
  return rows;
}

export type SeuilDit = Pick<BalRemplie, 'adresse' | 'domaine' | 'pourcent' | 'seuil' | 'occasion'>;

export async function noterSeuils(db: Db, seuils: readonly SeuilDit[], now: Date): Promise<void> {
  await db.query(
    `insert into avis_quota (adresse, domaine, pourcent, seuil, occasion, change_le)
     select adresse, domaine, pourcent, seuil, occasion, $6::timestamptz
     from unnest($1::text[], $2::text[], $3::integer[], $4::smallint[], $5::integer[])
       n (adresse, domaine, pourcent, seuil, occasion)
     on conflict (adresse) do update set domaine = excluded.domaine, pourcent = excluded.pourcent,
       seuil = excluded.seuil, occasion = excluded.occasion, change_le = excluded.change_le`,
    [
      seuils.map(({ adresse }) => adresse),
      seuils.map(({ domaine }) => domaine),
      seuils.map(({ pourcent }) => pourcent),
      seuils.map(({ seuil }) => seuil),
      seuils.map(({ occasion }) => occasion),
      now,
    ],
  );
}
