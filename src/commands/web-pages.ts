// The pages that the web server serves: each part of the site with what it reads and does.
import type { Settings } from '../config/settings.js';
import type { DemandesSettings } from '../demande/settings.js';
import type { DatabaseState } from '../db/database-watch.js';
import type { Compter } from '../domain/usage-interface.js';
import type { Pool } from '../db/pool.js';
import { etapes, isNomEtape } from '../planification/etapes.js';
import { createConsole, type EspaceConsole } from '../web/console/console.js';
import { NoeudsLus } from '../web/console/noeuds/noeuds-lus.js';
import type { PlanPort } from '../web/console/plan/port.js';
import { createDemande } from '../web/demande/demande.js';
import type { Disponibilite } from '../web/disponibilite.js';
import { createInactivitePage } from '../web/page/inactivite.js';
import { Pages } from '../web/page/pages.js';
import { createRacine } from '../web/page/racine.js';
import { createStatique } from '../web/page/statique.js';
import type { WebPlugin } from '../web/server.js';
import { ecransConsole } from './console-ecrans.js';
import { accesConsole } from './web-console.js';
import { accesDemande } from './web-demande.js';

export type PagesSurroundings = {
  readonly pool: Pool;
  readonly demandes: DemandesSettings;
  /** Signs the links. */
  readonly cle: Uint8Array;
  /** Encrypts the second factors of the console's accounts. */
  readonly cleDesComptes: Uint8Array;
  /** The plan, as the console decides on it. */
  readonly plan: PlanPort;
  readonly now: () => Date;
  /** French lines for the journal. */
  readonly report: (line: string) => void;
  /** What is asked of Pro Santé Connect is declared to the ANS. */
  readonly compter?: Compter | undefined;
  /** What the database allows; undefined: everything. */
  readonly disponibilite?: Disponibilite | undefined;
  /** The database as it is watched over. */
  readonly base?: (() => DatabaseState) | undefined;
};

export type SitePages = {
  readonly plugins: readonly WebPlugin[];
  /** Knows its routes once the server is started. */
  readonly espaceConsole: EspaceConsole;
};

export function createPages(settings: Settings, surroundings: PagesSurroundings): SitePages {
  const { pool, demandes, cle, cleDesComptes, plan, now, report, disponibilite } = surroundings;
  const { web } = settings;
  const around = {
    operateur: settings.operateur.nom,
    contact: settings.hygiene.contact,
    base: (web.urlPublique?.pathname ?? '').replace(/\/+$/u, ''),
  };
  const isTls = web.tls !== undefined;
  const isEncrypted = isTls || web.urlPublique?.protocol === 'https:';
  const shared = {
    pages: new Pages(around),
    db: pool,
    urlPublique: web.urlPublique,
    isTls,
    now,
    report,
    disponibilite,
  };
  const noeuds = new NoeudsLus({
    db: pool,
    now,
    base: surroundings.base,
    titreDe: (nom) => (isNomEtape(nom) ? etapes[nom].titre : nom),
  });
  const { connexion, ...acces } = accesConsole(settings, { pool, cleDesComptes, now });
  const espaceConsole = createConsole({
    ...shared,
    ...acces,
    noeuds,
    ecrans: [connexion, ...ecransConsole(settings, { pool, plan, demandes, now, noeuds })],
  });
  const espaceDemande = createDemande({
    ...shared,
    // As their mails say it.
    pages: new Pages({ ...around, contact: demandes.contact }),
    ...accesDemande(settings, surroundings),
  });
  const plugins = [
    createStatique(),
    createRacine({ pages: shared.pages, isEncrypted, hasConsole: settings.console.actif }),
    createInactivitePage({
      ...around,
      pool,
      cle,
      isEncrypted,
      limiteJours: settings.reconcile.inactiviteJours,
      now,
      report,
      disponibilite,
    }),
    ...(settings.console.actif ? [espaceConsole.plugin] : []),
    espaceDemande.plugin,
  ];
  return { plugins, espaceConsole: espaceConsole.espace };
}
