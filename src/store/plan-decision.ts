// Decisions on the operations of a plan, and their record.
import { estMemeAuteur } from '../domain/auteur.js';
import type { ChoixOperations } from '../domain/choix-plan.js';
import type { KindOperation } from '../domain/feed-operation.js';
import type { Db } from '../db/pool.js';

/** Conditions on feed_operation `o`, whose parameters are `choixValues`. */
export const choisies = `o.last_plan_id = $1::integer and o.state = 'planned'
  and ($2::text is null or o.domaine = $2::text) and ($3::text is null or o.kind = $3::text)
  and ($4::text is null or o.motif = $4::text) and ($5::text is null or o.adresse = $5::text)
  and ($6::bigint[] is null or o.id = any($6::bigint[]))`;

export function choixValues(planId: number, choix: ChoixOperations): unknown[] {
  return [
    planId,
    choix.domaine?.toLowerCase() ?? null,
    choix.kind ?? null,
    choix.motif ?? null,
    choix.adresse?.toLowerCase() ?? null,
    choix.operations ?? null,
  ];
}

export type CompteChoisi = {
  readonly domaine: string;
  readonly kind: KindOperation;
  readonly nombre: number;
};

/** What the choice takes, per domain and kind. */
export async function countChosen(
  db: Db,
  planId: number,
  choix: ChoixOperations,
): Promise<CompteChoisi[]> {
  const { rows } = await db.query<CompteChoisi>(
    `select domaine, kind, count(*)::integer as nombre from feed_operation o where ${choisies}
     group by domaine, kind order by domaine, kind`,
    choixValues(planId, choix),
  );
  return rows;
}

export type Decision = {
  readonly auteur: string;
  readonly le: Date;
};

export type Approbations = {
  readonly approuvees: number;
  /** Deletions that wait for a second person. */
  readonly premieres: number;
  /** Deletions that this author approved before: they still wait for somebody else. */
  readonly dejaVues: number;
};

/** With four eyes, a deletion is approved when a second author says so. */
export async function approveChosen(
  db: Db,
  planId: number,
  choix: ChoixOperations,
  { auteur, le }: Decision,
  isFourEyes: boolean,
): Promise<Approbations> {
  const values = [...choixValues(planId, choix), auteur, le];
  const siens = await listNomsDeLAuteur(db, planId, choix, auteur);
  const approuvees = await db.query(
    `update feed_operation o set state = 'approved', decided_at = $8::timestamptz, decided_by = $7::text
     where ${choisies} and ($9::boolean is false or o.kind <> 'delete'
       or (o.first_approved_by is not null and o.first_approved_by <> all($10::text[])))`,
    [...values, isFourEyes, siens],
  );
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from feed_operation o
     where ${choisies} and o.first_approved_by is not null`,
    choixValues(planId, choix),
  );
  const premieres = await db.query(
    `update feed_operation o set first_approved_by = $7::text
     where ${choisies} and o.kind = 'delete' and o.first_approved_by is null`,
    [...choixValues(planId, choix), auteur],
  );
  return {
    approuvees: approuvees.rowCount ?? 0,
    premieres: premieres.rowCount ?? 0,
    dejaVues: rows[0]?.n ?? 0,
  };
}

/** The names under which this person gave a first approval to operations of the choice. */
export async function listNomsDeLAuteur(
  db: Db,
  planId: number,
  choix: ChoixOperations,
  auteur: string,
): Promise<string[]> {
  const { rows } = await db.query<{ nom: string }>(
    `select distinct o.first_approved_by as nom from feed_operation o
     where ${choisies} and o.first_approved_by is not null`,
    choixValues(planId, choix),
  );
  return rows.map(({ nom }) => nom).filter((nom) => estMemeAuteur(nom, auteur));
}

/** What the settings approve by themselves, outside of the domains that a guard holds back. */
export async function approveAlone(
  db: Db,
  planId: number,
  kindsOrMotifs: readonly string[],
  domainesRetenus: readonly string[],
  { auteur, le }: Decision,
  isFourEyes: boolean,
): Promise<number> {
  const { rowCount } = await db.query(
    `update feed_operation set state = 'approved', decided_at = $5::timestamptz, decided_by = $4::text
     where last_plan_id = $1::integer and state = 'planned'
       and (kind = any($2::text[]) or motif = any($2::text[])) and domaine <> all($3::text[])
       and not ($6::boolean and kind = 'delete')`,
    [planId, kindsOrMotifs, domainesRetenus, auteur, le, isFourEyes],
  );
  return rowCount ?? 0;
}

export async function rejectChosen(
  db: Db,
  planId: number,
  choix: ChoixOperations,
  { auteur, le }: Decision,
): Promise<number> {
  const { rowCount } = await db.query(
    `update feed_operation o set state = 'cancelled', decided_at = $8::timestamptz, decided_by = $7::text
     where ${choisies}`,
    [...choixValues(planId, choix), auteur, le],
  );
  return rowCount ?? 0;
}

/**
 * Takes up again rejected operations that the plan still wants: each comes back as a new one, since a cancelled
 * operation never lives again. Returns old number -> new number.
 */
export async function takeUpRejected(
  db: Db,
  planId: number,
  operationIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const reprises = new Map<string, string>();
  const { rows: ecartees } = await db.query<{ id: string }>(
    `select distinct operation_id::text as id from plan_retenue
     where plan_id = $1::integer and code = 'ECARTEE' and operation_id = any($2::bigint[]) order by 1`,
    [planId, operationIds],
  );
  for (const { id } of ecartees) {
    const { rows } = await db.query<{ id: string }>(
      `insert into feed_operation (plan_id, last_plan_id, kind, adresse, domaine, type_bal, porteur_kind,
         rpps, structure_id, liste_rouge, rang, description, service, responsable, champs, motif,
         exigence, valeurs, created_at)
       select $1::integer, $1::integer, kind, adresse, domaine, type_bal, porteur_kind, rpps,
         structure_id, liste_rouge, rang, description, service, responsable, champs, motif, exigence,
         valeurs, $3::timestamptz
       from feed_operation where id = $2::bigint and state = 'cancelled' and exists (
         select from plan_retenue where plan_id = $1::integer and code = 'ECARTEE' and operation_id = $2::bigint)
       returning id`,
      [planId, id, now],
    );
    if (!rows[0]) continue;
    reprises.set(id, rows[0].id);
    await db.query(
      `delete from plan_retenue where plan_id = $1::integer and code = 'ECARTEE' and operation_id = $2::bigint`,
      [planId, id],
    );
  }
  return reprises;
}

export type DecisionGardee = Decision & {
  readonly planId: number;
  readonly action: 'approve' | 'reject' | 'override';
  readonly filtre: object;
  readonly raison: string | undefined;
  readonly nombre: number;
  /** Of the form that was sent: sent twice, it decides once. */
  readonly cle?: string | undefined;
};

export async function insertDecision(db: Db, decision: DecisionGardee): Promise<void> {
  await db.query(
    `insert into plan_decision (plan_id, decided_at, author, action, filter, reason, operation_count)
     values ($1::integer, $2::timestamptz, $3::text, $4::text, $5::jsonb, $6::text, $7::integer)`,
    [
      decision.planId,
      decision.le,
      decision.auteur,
      decision.action,
      JSON.stringify({
        ...decision.filtre,
        ...(decision.cle === undefined ? {} : { cle: decision.cle }),
      }),
      decision.raison ?? null,
      decision.nombre,
    ],
  );
}
