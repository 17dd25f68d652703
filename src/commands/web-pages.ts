// The pages that the web server serves: each part of the site with what it reads and does.
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { createConsole } from '../web/console/console.js';
import { Fournisseur } from '../web/connexion/fournisseur.js';
import { createEcranConnexion } from '../web/demande/connexion/ecran.js';
import { createDemande } from '../web/demande/demande.js';
import { createInactivitePage } from '../web/page/inactivite.js';
import { Pages } from '../web/page/pages.js';
import { createStatique } from '../web/page/statique.js';
import type { PlanPort } from '../web/console/plan/port.js';
import type { WebPlugin } from '../web/server.js';
import { ecransDeLaFile, ecransDuRapprochement } from './console-ecrans.js';

export type PagesSurroundings = {
  readonly pool: Pool;
  /** Signs the links. */
  readonly cle: Uint8Array;
  /** The plan, as the console decides on it. */
  readonly plan: PlanPort;
  readonly now: () => Date;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
};

export function createPagePlugins(
  settings: Settings,
  { pool, cle, plan, now, report }: PagesSurroundings,
): WebPlugin[] {
  const { web, professionnels } = settings;
  const around = {
    operateur: settings.operateur.nom,
    contact: settings.hygiene.contact,
    base: (web.urlPublique?.pathname ?? '').replace(/\/+$/u, ''),
  };
  const isTls = web.tls !== undefined;
  const shared = {
    pages: new Pages(around),
    db: pool,
    urlPublique: web.urlPublique,
    isTls,
    now,
    report,
  };
  const espaceConsole = createConsole({
    ...shared,
    session: { inactiviteMs: 30 * 60_000, dureeMs: 10 * 3_600_000 },
    identify: () => Promise.resolve(undefined),
    ecrans: [
      ...ecransDuRapprochement(settings, { pool, now }),
      ...ecransDeLaFile({ pool, plan, now }),
    ],
  });
  const espaceDemande = createDemande({
    ...shared,
    session: {
      inactiviteMs: professionnels.sessionInactiviteMs,
      dureeMs: professionnels.sessionDureeMaxMs,
    },
    // Leaving ends the session at the provider as well.
    formActions: professionnels.psc ? [new URL(professionnels.psc.emetteur).origin] : [],
    ecrans: [
      createEcranConnexion({
        pool,
        psc: professionnels.psc && new Fournisseur(professionnels.psc),
        identitesDEssai: professionnels.identitesDEssai,
        lien:
          professionnels.lien && web.urlPublique
            ? {
                cle,
                urlPublique: web.urlPublique,
                domaine: settings.operateur.domaines[0]?.nom ?? '',
                contact: settings.hygiene.contact,
                reponseMinMs: 500,
              }
            : undefined,
        now,
        report,
      }),
    ],
  });
  return [
    createStatique(),
    createInactivitePage({
      ...around,
      pool,
      cle,
      isEncrypted: isTls || web.urlPublique?.protocol === 'https:',
      limiteJours: settings.reconcile.inactiviteJours,
      now,
      report,
    }),
    espaceConsole.plugin,
    espaceDemande.plugin,
  ];
}
