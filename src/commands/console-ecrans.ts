// The pages of the console about what goes to the Annuaire: the plan, what is sent.
import type { Pool } from '../db/pool.js';
import type { PageConsole } from '../web/console/console.js';
import { createEcranPlan } from '../web/console/plan/ecran.js';
import type { PlanPort } from '../web/console/plan/port.js';

export type EcransDeLaFileOptions = {
  readonly pool: Pool;
  readonly plan: PlanPort;
  readonly now: () => Date;
};

export function ecransDeLaFile({ pool, plan, now }: EcransDeLaFileOptions): PageConsole[] {
  return [createEcranPlan({ plan, db: pool, now })];
}
