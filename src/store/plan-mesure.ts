// The figures that the guards of a plan look at.
import type { Db } from '../db/pool.js';

export type MesureDomaine = {
  readonly domaine: string;
  /** Publications (one BAL on one porteur) that we know of. */
  readonly publiees: number;
  /** Deletions that nobody has decided yet. */
  readonly suppressions: number;
  /** Of these, the ones whose BAL is published elsewhere by the same plan. */
  readonly deplacements: number;
  /** Operations of any kind that nobody has decided yet. */
  readonly changements: number;
  /** Approved and not sent yet, or accepted a short while ago, since a guard was last lifted: a limit is not passed by instalments. */
  readonly suppressionsDecidees: number;
  readonly changementsDecides: number;
};

/**
 * Per domain: what is published, as far as we know, what the plan wants that nobody has decided yet, and what was decided
 * before: not sent yet, or accepted after `depuis`. What was decided on a plan whose guards a person lifted counts no
 * more, up to the plan that followed.
 */
export async function measurePlan(
  db: Db,
  planId: number,
  domaines: readonly string[],
  depuis: Date,
): Promise<MesureDomaine[]> {
  const { rows } = await db.query<MesureDomaine>(
    `with d as materialized (select lower(nom) as nom from unnest($2::text[]) n (nom)),
     publie as (
       select domaine, sum(n)::integer as n from (
         select b.domaine, count(*) as n from bal_annuaire b join d on d.nom = b.domaine
         where b.gone_load_id is null group by b.domaine
         union all
         select c.domaine, count(*) from publication_connue c
         where c.type_bal in ('APP', 'CAB') or c.liste_rouge group by c.domaine) deux
       group by domaine),
     propose as (
       select domaine, count(*)::integer as changements,
         count(*) filter (where kind = 'delete')::integer as suppressions,
         count(*) filter (where kind = 'delete' and (apres_id is not null or exists (
           select from feed_operation i where i.kind = 'insert' and i.adresse = o.adresse
             and i.last_plan_id = $1::integer
             and i.state in ('planned', 'approved', 'retry', 'sending'))))::integer as deplacements
       from feed_operation o where state = 'planned' and last_plan_id = $1::integer group by domaine),
     levee as materialized (
       select d.filter ->> 'domaine' as domaine, max(coalesce((select min(suivant.computed_at) from plan suivant
         where suivant.id > d.plan_id), 'infinity')) as jusqua
       from plan_decision d where d.action = 'override' group by 1),
     decide as (
       select domaine, count(*)::integer as changements,
         count(*) filter (where kind = 'delete')::integer as suppressions
       from feed_operation o
       where (state in ('approved', 'retry', 'sending')
           or (state in ('accepted', 'confirmed') and accepted_at > $3::timestamptz))
         and coalesce(decided_at, created_at) > coalesce((select max(l.jusqua) from levee l
           where l.domaine is null or l.domaine = o.domaine), '-infinity')
       group by domaine)
     select domaine, coalesce(publie.n, 0) as publiees, coalesce(propose.suppressions, 0) as suppressions,
       coalesce(deplacements, 0) as deplacements, coalesce(propose.changements, 0) as changements,
       coalesce(decide.suppressions, 0) as "suppressionsDecidees",
       coalesce(decide.changements, 0) as "changementsDecides"
     from publie full join propose using (domaine) full join decide using (domaine) order by domaine`,
    [planId, domaines, depuis],
  );
  return rows;
}

/** BAL of the inventory, closed ones left out, counted no further than `max`. */
export async function countBalsUpTo(db: Db, max: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from (select distinct adresse from bal_operateur
       where gone_load_id is null and etat <> 'ferme' limit $1::integer) bals`,
    [max],
  );
  return rows[0]?.n ?? 0;
}
