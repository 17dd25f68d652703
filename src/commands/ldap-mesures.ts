// What the LDAP server counts, told to the supervisor or, on a node without a web server, on a listener of its own.
import type { Settings } from '../config/settings.js';
import type { LdapServer } from '../ldap/server/server.js';
import { openEcouteMetriques } from './ecoute-metriques.js';
import type { LdapLog } from './ldap-log.js';
import { lireLdap } from './ldap-metriques.js';
import { openMesures } from './metriques.js';

export type MesuresLdap = {
  readonly onServer: (server: LdapServer) => void;
  /** Figures of another process of this node. */
  readonly recevoir: (processus: string, metriques: unknown) => void;
  readonly stop: () => Promise<void>;
};

type Surroundings = {
  readonly now: () => Date;
  readonly log: LdapLog;
  /** False where another process of the node listens. */
  readonly isListening: boolean;
};

/** Throws AppError when the listener of the settings cannot be opened. */
export async function openMesuresLdap(
  settings: Settings,
  { now, log, isListening }: Surroundings,
): Promise<MesuresLdap> {
  let server: LdapServer | undefined;
  const mesures = openMesures(settings, {
    nom: 'ldap',
    sources: [() => (server ? lireLdap(server) : [])],
    now,
  });
  const { url } = settings.database;
  // A private server is started for what needs it, not for figures.
  if (isListening && url !== undefined && settings.metriques.ecoute) mesures.suivre(url);
  const tell = (message: string): void => log({ evenement: 'metriques', message });
  const ecoute = isListening
    ? await openEcouteMetriques(settings, mesures.plugins, tell)
    : undefined;
  if (ecoute) tell(`Métriques à l'écoute : ${ecoute.url}/metrics`);
  return {
    onServer: (started) => (server = started),
    recevoir: (processus, metriques) => mesures.metriques.recevoir(processus, metriques),
    stop: async () => {
      await ecoute?.stop();
      await mesures.stop();
    },
  };
}
