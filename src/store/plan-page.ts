// The plan in force page by page, and who decided what about it.
import type { ChoixOperations } from '../domain/choix-plan.js';
import type { CodeRetenue } from '../domain/plan.js';
import type { Db } from '../db/pool.js';
import { conditionsOf, type PageEnvois } from './feed-choix.js';
import {
  operationColumns,
  retenueColumns,
  toOperation,
  toRetenue,
  type CompteOperations,
  type Nullable,
  type OperationDuPlan,
  type Retenue,
} from './plan-operation.js';

export type FiltrePlan = Omit<ChoixOperations, 'operations'> & {
  readonly etape?: EtapeCherchee | undefined;
};

/** proposee: waits for a decision, the first or the second. */
export type EtapeCherchee = CompteOperations['etape'] | 'proposee';

export type Pagee<T> = {
  readonly lignes: readonly T[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
};

/** In the order of their numbers, which is that of the plan. */
export async function listPlanPage(
  db: Db,
  planId: number,
  { etape, ...filtre }: FiltrePlan,
  { apres, avant, taille }: PageEnvois,
): Promise<Pagee<OperationDuPlan>> {
  const values: unknown[] = [];
  const isBackwards = avant !== undefined;
  const conditions = [
    conditionsOf({ ...filtre, states: statesOf(etape) }, values),
    `o.last_plan_id = $${values.push(planId)}::integer`,
    ...(etape === 'seconde' ? ['o.first_approved_by is not null'] : []),
    ...(etape === 'decider' ? ['o.first_approved_by is null'] : []),
    ...(apres === undefined ? [] : [`o.id > $${values.push(apres)}::bigint`]),
    ...(avant === undefined ? [] : [`o.id < $${values.push(avant)}::bigint`]),
  ];
  const { rows } = await db.query<Nullable<OperationDuPlan>>(
    `select ${operationColumns} from feed_operation o where ${conditions.join(' and ')}
     order by o.id ${isBackwards ? 'desc' : 'asc'} limit $${values.push(taille + 1)}::integer`,
    values,
  );
  return paginate(rows.map(toOperation), taille, { isBackwards, isFirst: apres === undefined });
}

function statesOf(
  etape: EtapeCherchee | undefined,
): readonly ('planned' | 'approved' | 'retry' | 'sending')[] {
  switch (etape) {
    case 'proposee':
    case 'decider':
    case 'seconde':
      return ['planned'];
    case 'decidee':
      return ['approved', 'retry', 'sending'];
    case undefined:
      return ['planned', 'approved', 'retry', 'sending'];
  }
}

/** `rows`: one more than the page when there is more, in the direction read. */
export function paginate<T>(
  rows: readonly T[],
  taille: number,
  { isBackwards, isFirst }: { readonly isBackwards: boolean; readonly isFirst: boolean },
): Pagee<T> {
  const isMore = rows.length > taille;
  const page = rows.slice(0, taille);
  return {
    lignes: isBackwards ? page.reverse() : page,
    hasPrevious: isBackwards ? isMore : !isFirst,
    hasNext: isBackwards ? true : isMore,
  };
}

/** One operation as its plan told it, whatever became of it. */
export async function findPlanOperation(db: Db, id: number): Promise<OperationDuPlan | undefined> {
  const { rows } = await db.query<Nullable<OperationDuPlan>>(
    `select ${operationColumns} from feed_operation o where o.id = $1::bigint`,
    [id],
  );
  return rows[0] && toOperation(rows[0]);
}

/** Of one code, by address; `apres`: the last address that was shown. */
export async function listRetenuesPage(
  db: Db,
  planId: number,
  code: CodeRetenue,
  apres: string | undefined,
  taille: number,
): Promise<{ readonly retenues: readonly Retenue[]; readonly hasNext: boolean }> {
  const { rows } = await db.query<Nullable<Retenue>>(
    `select ${retenueColumns} from plan_retenue r
     where r.plan_id = $1::integer and r.code = $2::text and r.adresse > $3::text
     order by r.adresse, r.kind limit $4::integer`,
    [planId, code, apres ?? '', taille + 1],
  );
  const last = rows.at(taille)?.adresse;
  // An address is never cut in two: the next page begins after it.
  const whole = last === undefined ? rows : rows.filter(({ adresse }) => adresse !== last);
  return {
    retenues: (whole.length === 0 ? rows.slice(0, taille) : whole).map(toRetenue),
    hasNext: last !== undefined,
  };
}

export type DecisionDuPlan = {
  readonly id: number;
  readonly planId: number | undefined;
  readonly decidedAt: Date;
  readonly author: string;
  readonly action: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly reason: string | undefined;
  readonly nombre: number;
};

/** The newest first. Numbers of operations are left out of `filter`: there may be thousands. */
export async function listDecisions(
  db: Db,
  { apres, avant, taille }: PageEnvois,
): Promise<Pagee<DecisionDuPlan>> {
  const isBackwards = avant !== undefined;
  const { rows } = await db.query<Nullable<DecisionDuPlan>>(
    `select id::float8 as id, plan_id as "planId", decided_at as "decidedAt", author, action,
       filter - 'operations' - 'cle' as filter, reason, operation_count as nombre
     from plan_decision where ($1::bigint is null or id < $1::bigint)
       and ($2::bigint is null or id > $2::bigint)
     order by id ${isBackwards ? 'asc' : 'desc'} limit $3::integer`,
    [apres ?? null, avant ?? null, taille + 1],
  );
  const decisions = rows.map((row) => ({
    ...row,
    planId: row.planId ?? undefined,
    reason: row.reason ?? undefined,
  }));
  return paginate(decisions, taille, { isBackwards, isFirst: apres === undefined });
}

/** Those that name one operation, or the plans and filters that took it, cannot be told apart later: only the first are. */
export async function listDecisionsAbout(
  db: Db,
  operationId: number,
  countMax: number,
): Promise<DecisionDuPlan[]> {
  const { rows } = await db.query<Nullable<DecisionDuPlan>>(
    `select id::float8 as id, plan_id as "planId", decided_at as "decidedAt", author, action,
       filter - 'operations' - 'cle' as filter, reason, operation_count as nombre
     from plan_decision
     where filter @> jsonb_build_object('operations', jsonb_build_array($1::bigint))
       or filter @> jsonb_build_object('operations', jsonb_build_array($1::bigint::text))
     order by id desc limit $2::integer`,
    [operationId, countMax],
  );
  return rows.map((row) => ({
    ...row,
    planId: row.planId ?? undefined,
    reason: row.reason ?? undefined,
  }));
}

/**
 * Another one whenever what waits for a decision has changed: by another plan, or by a decision. What only time and pushers
 * change (approved, then accepted) leaves it as it is.
 */
export async function versionOfPlan(db: Db): Promise<string> {
  const { rows } = await db.query<{ version: string }>(
    `select concat_ws('/', (select max(id) from plan), (select max(id) from plan_decision)) as version`,
  );
  return rows[0]?.version ?? '';
}
