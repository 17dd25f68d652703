// Invented holders whom somebody may sign in as at the simulated Pro Santé Connect.
import type { Db } from '../db/pool.js';

export type TitulaireEssai = {
  readonly rpps: string;
  readonly nom: string;
  readonly prenom: string;
  /** PER BAL of his in the domains asked. */
  readonly balsIci: number;
  readonly balsAilleurs: number;
  /** One of those of these domains is in a structure where he has no known activity. */
  readonly isHorsStructure: boolean;
};

/** Those whom the pages serve first: without activity in the structure of a BAL, with BAL elsewhere, with several. */
export async function listTitulairesEssai(
  db: Db,
  domaines: readonly string[],
  max: number,
): Promise<TitulaireEssai[]> {
  const { rows } = await db.query<TitulaireEssai>(
    `with ici as (
       select b.identifiant_pp as rpps, min(b.nom_exercice) as nom, min(b.prenom_exercice) as prenom,
         count(distinct b.adresse)::integer as bals,
         bool_or(exists (select from constat c where c.adresse = b.adresse and c.closed_at is null
           and c.code = 'TITULAIRE_HORS_STRUCTURE')) as hors
       from bal_annuaire b
       where b.gone_load_id is null and b.domaine = any($1::text[]) and b.type_bal = 'PER'
         and b.identifiant_pp ~ '^[0-9]{11}$'
       group by b.identifiant_pp)
     select ici.rpps, coalesce(ici.nom, '') as nom, coalesce(ici.prenom, '') as prenom, ici.bals as "balsIci",
       (select count(distinct a.adresse) from bal_annuaire a
        where a.identifiant_pp = ici.rpps and a.gone_load_id is null and a.type_bal = 'PER'
          and a.domaine <> all($1::text[]))::integer as "balsAilleurs",
       ici.hors as "isHorsStructure"
     from ici
     order by (ici.hors and ici.bals > 1) desc, ici.hors desc, "balsAilleurs" desc, ici.bals desc, ici.rpps
     limit $2::integer`,
    [domaines, max],
  );
  return rows;
}
