// The pages that the web server serves: each part of the site with what it reads and does.
import type { Settings } from '../config/settings.js';
import type { DemandesSettings } from '../demande/settings.js';
import type { Pool } from '../db/pool.js';
import { createConsole } from '../web/console/console.js';
import { Fournisseur } from '../web/connexion/fournisseur.js';
import { createEcranConnexion } from '../web/demande/connexion/ecran.js';
import { ecranConstats } from '../web/console/constats/ecran.js';
import { createDemande } from '../web/demande/demande.js';
import { createEcrans } from '../web/demande/ecrans.js';
import { createInactivitePage } from '../web/page/inactivite.js';
import { Pages } from '../web/page/pages.js';
import { createStatique } from '../web/page/statique.js';
import type { PlanPort } from '../web/console/plan/port.js';
import type { WebPlugin } from '../web/server.js';
import { ecransDeLaFile } from './console-ecrans.js';

export type PagesSurroundings = {
  readonly pool: Pool;
  readonly demandes: DemandesSettings;
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
  surroundings: PagesSurroundings,
): WebPlugin[] {
  const { pool, cle, plan, now, report } = surroundings;
  const { web } = settings;
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
    ecrans: [ecranConstats({ db: pool, now }), ...ecransDeLaFile({ pool, plan, now })],
  });
  const espaceDemande = openDemande(settings, surroundings, shared);
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

type Shared = Pick<
  Parameters<typeof createDemande>[0],
  'pages' | 'db' | 'urlPublique' | 'isTls' | 'now' | 'report'
>;

function openDemande(
  { web, professionnels, operateur, hygiene }: Settings,
  { pool, demandes, cle, now, report }: PagesSurroundings,
  shared: Shared,
): ReturnType<typeof createDemande> {
  const { psc, lien } = professionnels;
  return createDemande({
    ...shared,
    session: {
      inactiviteMs: professionnels.sessionInactiviteMs,
      dureeMs: professionnels.sessionDureeMaxMs,
    },
    // Leaving ends the session at the provider as well.
    formActions: psc ? [new URL(psc.emetteur).origin] : [],
    ecrans: [
      createEcranConnexion({
        pool,
        psc: psc && new Fournisseur(psc),
        identitesDEssai: professionnels.identitesDEssai,
        lien:
          lien && web.urlPublique
            ? {
                cle,
                urlPublique: web.urlPublique,
                domaine: operateur.domaines[0]?.nom ?? '',
                contact: hygiene.contact,
                reponseMinMs: 500,
              }
            : undefined,
        now,
        report,
      }),
      ...createEcrans({ pool, demandes, cle, now }),
    ],
  });
}
