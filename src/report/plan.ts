// Tells the plan in force: a page for a terminal, a CSV, or one JSON document.
import type { Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { findPlanInForce, type Plan } from '../store/plan.js';
import {
  countOperations,
  countOvertakenApprovals,
  countRetenues,
  type CompteOperations,
  type CompteRetenues,
} from '../store/plan-operation.js';
import { findLastRun, type ReconcileRun } from '../store/reconcile-run.js';
import { listLoadsInService, type SourceLoad } from '../store/source-load.js';
import { writePlanCsv } from './plan-csv.js';
import { writePlanJson } from './plan-json.js';
import { writePlanTable } from './plan-table.js';

export type PlanReportOptions = {
  readonly format: 'table' | 'csv' | 'json';
  readonly domaine: string | undefined;
  /** Every operation and retenue, in a table. */
  readonly isDetailed: boolean;
  /** Examples of each kind and reason, in a table. */
  readonly examplesMax: number;
  readonly width: number;
  readonly now: Date;
  /** French sentences told first: why this is not a plan of today. */
  readonly avertissements: readonly string[];
};

export type PlanSummary = {
  readonly plan: Plan;
  readonly run: ReconcileRun | undefined;
  readonly loads: readonly SourceLoad[];
  readonly operations: readonly CompteOperations[];
  readonly retenues: readonly CompteRetenues[];
  /** Approvals that this plan overtook: they will not be sent. */
  readonly approbationsDepassees: number;
};

/** At the pace of `write`, which resolves when a chunk is taken. False when there is no plan to tell. */
export async function writePlan(
  pool: Pool,
  options: PlanReportOptions,
  write: (chunk: string) => Promise<void>,
): Promise<boolean> {
  return transaction(pool, async (client) => {
    // One snapshot: the counts and the lists agree, whatever is pushed meanwhile.
    await client.query('set transaction isolation level repeatable read read only');
    const plan = await findPlanInForce(client);
    if (!plan) return false;
    const chunks = openPlan(client, options, await summarize(client, plan, options));
    for await (const chunk of chunks) await write(chunk);
    return true;
  });
}

async function summarize(db: Db, plan: Plan, { domaine }: PlanReportOptions): Promise<PlanSummary> {
  const run = await findLastRun(db);
  const loads = await listLoadsInService(db);
  return {
    plan,
    run: run?.id === plan.reconcileRunId ? run : undefined,
    loads: loads.filter((load) => plan.loads[load.source] === load.id),
    operations: await countOperations(db, plan.id, domaine),
    retenues: await countRetenues(db, plan.id, domaine),
    approbationsDepassees: await countOvertakenApprovals(db, plan.id, domaine),
  };
}

function openPlan(db: Db, options: PlanReportOptions, summary: PlanSummary): AsyncIterable<string> {
  switch (options.format) {
    case 'csv':
      return writePlanCsv(db, options, summary.plan);
    case 'json':
      return writePlanJson(db, options, summary);
    case 'table':
      return writePlanTable(db, options, summary);
  }
}
