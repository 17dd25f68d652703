// Who else can be told about a BAL: the other PER of its holder, ours and those published for him elsewhere.
import type { Db } from '../db/pool.js';
import { activiteSql } from './cas-inactivite.js';

export type AutresBal = {
  /** Of the same holder, at most, for each BAL. */
  readonly max: number;
  /** Before: a BAL of ours that was last used then is inactive itself, and comes last. */
  readonly inactiveAvant: Date;
  /** Domains that we declare: what is published there and is not in the inventory is no BAL any more. */
  readonly domaines: readonly string[];
};

/**
 * For each of these addresses, other PER of the same holder (RPPS): first ours in use, then those published elsewhere, then
 * ours that are inactive too. A BAL whose lines name several holders has none.
 */
export async function findAutresBal(
  db: Db,
  adresses: readonly string[],
  { max, inactiveAvant, domaines }: AutresBal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await db.query<{ adresse: string; autres: string[] }>(
    `select t.adresse, array_agg(autre.adresse order by autre.ordre, autre.activite desc nulls last, autre.adresse)
       as autres
     from (select adresse, min(identifiant_pp) as rpps from bal_operateur
       where adresse = any($1::text[]) and gone_load_id is null and etat <> 'ferme' and type_bal = 'PER'
         and type_identifiant_pp = '8'
       group by adresse having count(distinct identifiant_pp) = 1) t
     cross join lateral (
       select c.adresse, min(c.ordre) as ordre, max(c.activite) as activite from (
         select o.adresse, case when ${activiteSql('o')} >= $3::timestamptz then 0 else 2 end as ordre,
           ${activiteSql('o')} as activite
         from bal_operateur o
         where o.identifiant_pp = t.rpps and o.type_identifiant_pp = '8' and o.type_bal = 'PER'
           and o.gone_load_id is null and o.etat = 'actif'
         union all
         select a.adresse, 1, null from bal_annuaire a
         where a.identifiant_pp = t.rpps and a.type_identifiant_pp = '8' and a.type_bal = 'PER'
           and a.gone_load_id is null and a.domaine <> all($4::text[])
           and not exists (select from bal_operateur o where o.adresse = a.adresse and o.gone_load_id is null)) c
       where c.adresse <> t.adresse
       group by c.adresse order by 2, 3 desc nulls last, 1 limit $2::integer) autre
     group by t.adresse`,
    [adresses, max, inactiveAvant, domaines],
  );
  return new Map(rows.map(({ adresse, autres }) => [adresse, autres]));
}
