// The pages of the console: what the reconciliation found, and what goes to the Annuaire (the plan, what is sent).
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { ecranAccueil } from '../web/console/accueil/ecran.js';
import type { PageConsole } from '../web/console/console.js';
import { ecranConstats } from '../web/console/constats/ecran.js';
import { createEcranPlan } from '../web/console/plan/ecran.js';
import type { PlanPort } from '../web/console/plan/port.js';
import { lireFraicheur } from './accueil-fraicheur.js';

export type EcransDeLaFileOptions = {
  readonly pool: Pool;
  readonly plan: PlanPort;
  readonly now: () => Date;
};

export function ecransDeLaFile({ pool, plan, now }: EcransDeLaFileOptions): PageConsole[] {
  return [createEcranPlan({ plan, db: pool, now })];
}

export function ecransDuRapprochement(
  settings: Settings,
  { pool, now }: Pick<EcransDeLaFileOptions, 'pool' | 'now'>,
): PageConsole[] {
  return [
    ecranAccueil({ db: pool, now, fraicheur: () => lireFraicheur(pool, settings, now()) }),
    ecranConstats({ db: pool, now }),
  ];
}
