// The screens of the console, in the order of its menu, each with what it reads and does.
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import type { DemandesSettings } from '../demande/settings.js';
import { echeanceDemande } from '../domain/demande.js';
import { countDemandes } from '../store/demande.js';
import { ecranAccueil } from '../web/console/accueil/ecran.js';
import type { CompteDemandes } from '../web/console/accueil/faits.js';
import type { PageConsole } from '../web/console/console.js';
import { ecranConstats } from '../web/console/constats/ecran.js';
import { createEcranDemandes } from '../web/console/demandes/ecran.js';
import { createEcranEnvois } from '../web/console/envois/ecran.js';
import { ecranFiches } from '../web/console/fiches/ecran.js';
import { ecranJournal } from '../web/console/journal/ecran.js';
import { ecranNoeuds } from '../web/console/noeuds/ecran.js';
import type { NoeudsLus } from '../web/console/noeuds/noeuds-lus.js';
import { createEcranPlan } from '../web/console/plan/ecran.js';
import type { PlanPort } from '../web/console/plan/port.js';
import { ecranRecherche } from '../web/console/recherche/ecran.js';
import { lireCertificats } from './certificats.js';
import { lireFraicheur } from './accueil-fraicheur.js';

export type EcransOptions = {
  readonly pool: Pool;
  readonly plan: PlanPort;
  readonly demandes: DemandesSettings;
  readonly now: () => Date;
  readonly noeuds: NoeudsLus;
};

export function ecransConsole(
  settings: Settings,
  { pool, plan, demandes, now, noeuds }: EcransOptions,
): PageConsole[] {
  return [
    ecranAccueil({
      db: pool,
      now,
      certificats: () => lireCertificats(settings, now()),
      fraicheur: () => lireFraicheur(pool, settings, now()),
      compterDemandes: () => compterDemandes(pool, demandes, now()),
    }),
    ecranConstats({ db: pool, now }),
    createEcranPlan({ plan, db: pool, now }),
    createEcranEnvois({ pool, now }),
    createEcranDemandes({ pool, settings: demandes, now }),
    ecranJournal({ pool, now }),
    ecranNoeuds({ db: pool, now, noeuds }),
    ecranFiches({ pool, now }),
    ecranRecherche({ pool, now }),
  ];
}

async function compterDemandes(
  pool: Pool,
  { delaiJours }: DemandesSettings,
  now: Date,
): Promise<CompteDemandes> {
  const { parEtat, enRetard } = await countDemandes(pool, echeanceDemande(now, -delaiJours));
  const enAttente = (parEtat.get('recue') ?? 0) + (parEtat.get('en-examen') ?? 0);
  return { enAttente, enRetard };
}
