// The pages of the console about what goes to the Annuaire: the plan, what is sent, what professionals ask for.
import type { Pool } from '../db/pool.js';
import type { DemandesSettings } from '../demande/settings.js';
import type { PageConsole } from '../web/console/console.js';
import { createEcranDemandes } from '../web/console/demandes/ecran.js';
import { createEcranEnvois } from '../web/console/envois/ecran.js';
import { createEcranPlan } from '../web/console/plan/ecran.js';
import type { PlanPort } from '../web/console/plan/port.js';

export type EcransDeLaFileOptions = {
  readonly pool: Pool;
  readonly plan: PlanPort;
  readonly demandes: DemandesSettings;
  readonly now: () => Date;
};

export function ecransDeLaFile({
  pool,
  plan,
  demandes,
  now,
}: EcransDeLaFileOptions): PageConsole[] {
  return [
    createEcranPlan({ plan, db: pool, now }),
    createEcranEnvois({ pool, now }),
    createEcranDemandes({ pool, settings: demandes, now }),
  ];
}
