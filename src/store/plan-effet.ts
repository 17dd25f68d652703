// What a decision on the plan in force would do, and what has come and gone since it was shown.
import type { ChoixOperations, LigneEffet, OperationBreve } from '../domain/choix-plan.js';
import type { KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';
import { choisies, choixValues, listNomsDeLAuteur } from './plan-decision.js';

export type EffetCompte = LigneEffet & {
  /** Of the operations and their first approvals, in any order: another one when one of them comes or goes. */
  readonly somme: string;
  readonly idMax: string;
};

/** Per domain and kind, what approving the choice would do of each operation. */
export async function countEffect(
  db: Db,
  planId: number,
  choix: ChoixOperations,
  auteur: string,
  isFourEyes: boolean,
): Promise<EffetCompte[]> {
  const siens = await listNomsDeLAuteur(db, planId, choix, auteur);
  const { rows } = await db.query<EffetCompte>(
    `select domaine, kind, nombre, nombre - premieres - "dejaVues" as approuvees, premieres, "dejaVues",
       somme, "idMax"
     from (select domaine, kind, count(*)::integer as nombre,
         count(*) filter (where $7::boolean and kind = 'delete' and first_approved_by is null)::integer as premieres,
         count(*) filter (where $7::boolean and kind = 'delete'
           and first_approved_by = any($8::text[]))::integer as "dejaVues",
         bit_xor(hashint8extended(id, 0))::text as somme, max(id)::text as "idMax"
       from feed_operation o where ${choisies} group by domaine, kind) choix
     order by domaine, kind`,
    [...choixValues(planId, choix), isFourEyes, siens],
  );
  return rows;
}

/** Deletions of the choice that a creation outside of it, which nobody approved, holds back. */
export async function countHeldByOthers(
  db: Db,
  planId: number,
  choix: ChoixOperations,
): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `with choisie as (select o.id, o.apres_id from feed_operation o
         where ${choisies} and o.apres_id is not null)
     select count(*)::integer as n from choisie c join feed_operation avant on avant.id = c.apres_id
     where avant.state not in ('accepted', 'confirmed', 'approved', 'retry', 'sending')
       and not exists (select from feed_operation o where o.id = avant.id and ${choisies})`,
    choixValues(planId, choix),
  );
  return rows[0]?.n ?? 0;
}

/** Operations named by their numbers that a person rejected, and that the plan still wants. */
export async function countRejectedAmong(
  db: Db,
  planId: number,
  operationIds: readonly string[],
): Promise<Pick<LigneEffet, 'domaine' | 'kind' | 'nombre'>[]> {
  const { rows } = await db.query<{ domaine: string; kind: KindOperation; nombre: number }>(
    `select o.domaine, o.kind, count(*)::integer as nombre from feed_operation o
     where o.state = 'cancelled' and o.id = any($2::bigint[]) and exists (select from plan_retenue r
       where r.plan_id = $1::integer and r.code = 'ECARTEE' and r.operation_id = o.id)
     group by o.domaine, o.kind order by o.domaine, o.kind`,
    [planId, operationIds],
  );
  return rows;
}

const breve = `o.id::text as id, o.kind, o.domaine, o.adresse, o.motif`;

/** Those of the choice that were not there when `idMax` was the last; the first of them. */
export async function listArrived(
  db: Db,
  planId: number,
  choix: ChoixOperations,
  idMax: string,
  countMax: number,
): Promise<{ readonly nombre: number; readonly exemples: readonly OperationBreve[] }> {
  const values = [...choixValues(planId, choix), idMax];
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from feed_operation o where ${choisies} and o.id > $7::bigint`,
    values,
  );
  const { rows: exemples } = await db.query<OperationBreve>(
    `select ${breve} from feed_operation o where ${choisies} and o.id > $7::bigint
     order by o.id limit $8::integer`,
    [...values, countMax],
  );
  return { nombre: rows[0]?.n ?? 0, exemples };
}

export type Partie = OperationBreve & { readonly etat: string; readonly par: string | undefined };

/** Of the plan `planId`, those of the choice up to `idMax` that no longer wait, by a decision or another plan since `depuis`. */
export async function listGone(
  db: Db,
  planId: number,
  choix: ChoixOperations,
  idMax: string,
  depuis: Date,
  countMax: number,
): Promise<Partie[]> {
  const { rows } = await db.query<OperationBreve & { etat: string; par: string | null }>(
    `select ${breve}, o.state as etat, case when o.state <> 'superseded' then o.decided_by end as par
     from feed_operation o
     where o.last_plan_id >= $1::integer and o.state <> 'planned' and o.id <= $7::bigint
       and (o.state = 'superseded' or o.decided_at >= $8::timestamptz)
       and ($2::text is null or o.domaine = $2::text) and ($3::text is null or o.kind = $3::text)
       and ($4::text is null or o.motif = $4::text) and ($5::text is null or o.adresse = $5::text)
       and ($6::bigint[] is null or o.id = any($6::bigint[]))
     order by o.id limit $9::integer`,
    [...choixValues(planId, choix), idMax, depuis, countMax],
  );
  return rows.map((row) => ({ ...row, par: row.par ?? undefined }));
}

export type DecisionConnue = {
  readonly planId: number;
  readonly author: string;
  readonly decidedAt: Date;
  readonly action: string;
  readonly nombre: number;
};

/** The decisions that one form made, in order. */
export async function listDecisionsOfForm(
  db: Db,
  planId: number,
  cle: string,
): Promise<DecisionConnue[]> {
  const { rows } = await db.query<DecisionConnue>(
    `select plan_id as "planId", author, decided_at as "decidedAt", action, operation_count as nombre
     from plan_decision where plan_id = $1::integer and filter ->> 'cle' = $2::text order by id`,
    [planId, cle],
  );
  return rows;
}
