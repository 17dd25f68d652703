// The pages of the console: what goes to the Annuaire and what professionals ask for; the sheets and the journal.
import type { Pool } from '../db/pool.js';
import type { DemandesSettings } from '../demande/settings.js';
import type { PageConsole } from '../web/console/console.js';
import { createEcranDemandes } from '../web/console/demandes/ecran.js';
import { ecranFiches } from '../web/console/fiches/ecran.js';
import { ecranJournal } from '../web/console/journal/ecran.js';
import { createEcranEnvois } from '../web/console/envois/ecran.js';
import { ecranRecherche } from '../web/console/recherche/ecran.js';
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

/** What is known of one BAL, one professional, one structure; the box that finds them; who did what. */
export function ecransDesFiches(options: {
  readonly pool: Pool;
  readonly now: () => Date;
}): PageConsole[] {
  return [ecranFiches(options), ecranJournal(options), ecranRecherche(options)];
}
