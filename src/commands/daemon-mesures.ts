// The figures of a node: the supervisor's own go to its web service; on a node that has none, they and those of its other
// processes are given on a listener of its own, and whether the node is ready too.
import type { Settings } from '../config/settings.js';
import type { EtatNoeud } from '../domain/etat-noeud.js';
import type { Logger } from '../logger.js';
import { createHealthNoeud } from '../web/health.js';
import { openEcouteMetriques } from './ecoute-metriques.js';
import { openMesures } from './metriques.js';
import { detailsDe, raisonsSansWeb } from './web-etat.js';

const nomSuperviseur = 'daemon';

type MesuresNoeudOptions = {
  readonly now: () => Date;
  readonly log: Logger;
  readonly etat: () => EtatNoeud;
  /** To the web service of this node; undefined where it has none. */
  readonly versWeb: ((processus: string, metriques: unknown) => void) | undefined;
};

export type MesuresNoeud = {
  /** Throws AppError when the listener of the settings cannot be opened. */
  readonly start: () => Promise<void>;
  /** Figures of another process of this node. */
  readonly recevoir: (processus: string, metriques: unknown) => void;
  /** The supervisor's own, to whoever is asked for them. */
  readonly annoncer: () => Promise<void>;
  /** The database that was reached. */
  readonly suivre: (connectionString: string | undefined) => void;
  readonly stop: () => Promise<void>;
};

export function openMesuresNoeud(
  settings: Settings,
  { now, log, etat, versWeb }: MesuresNoeudOptions,
): MesuresNoeud {
  const mesures = openMesures(settings, { nom: nomSuperviseur, sources: [], now });
  let ecoute: Awaited<ReturnType<typeof openEcouteMetriques>>;
  return {
    start: async () => {
      if (versWeb) return;
      const sante = createHealthNoeud({
        raisons: () => raisonsSansWeb(etat(), now()),
        details: () => detailsDe(etat()),
      });
      const tell = (message: string): void => log.info('metriques', message);
      ecoute = await openEcouteMetriques(settings, [sante, ...mesures.plugins], tell);
      if (ecoute) tell(`Métriques et état du nœud à l'écoute : ${ecoute.url}/metrics, /readyz`);
    },
    recevoir: (processus, metriques) => {
      if (versWeb) versWeb(processus, metriques);
      else mesures.metriques.recevoir(processus, metriques);
    },
    annoncer: async () => versWeb?.(nomSuperviseur, await mesures.metriques.locales()),
    suivre: (connectionString) => {
      if (ecoute && connectionString !== undefined) mesures.suivre(connectionString);
    },
    stop: async () => {
      await ecoute?.stop();
      await mesures.stop();
    },
  };
}
