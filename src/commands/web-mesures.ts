// What the web server counts, and /metrics: there from before its database is.
import type { Settings } from '../config/settings.js';
import type { Pool } from '../db/pool.js';
import { MesureHttp } from '../metriques/http.js';
import { MesurePool } from '../metriques/pool.js';
import type { WebPlugin } from '../web/server.js';
import { openMesures } from './metriques.js';

export type MesuresWeb = {
  readonly http: MesureHttp;
  /** /metrics; empty when the settings want none. */
  readonly plugins: readonly WebPlugin[];
  /** Figures of another process of this node. */
  readonly recevoir: (processus: string, metriques: unknown) => void;
  /** The database that was reached. */
  readonly suivre: (connectionString: string, pool: Pool) => void;
  readonly stop: () => Promise<void>;
};

export function openMesuresWeb(settings: Settings, now: () => Date): MesuresWeb {
  const http = new MesureHttp();
  let base: MesurePool | undefined;
  const mesures = openMesures(settings, {
    nom: 'web',
    sources: [() => http.lire(), () => base?.lire() ?? []],
    now,
  });
  if (settings.database.url !== undefined) mesures.suivre(settings.database.url);
  return {
    http,
    plugins: mesures.plugins,
    recevoir: (processus, metriques) => mesures.metriques.recevoir(processus, metriques),
    suivre: (connectionString, pool) => {
      base = new MesurePool(pool);
      mesures.suivre(connectionString);
    },
    stop: mesures.stop,
  };
}
