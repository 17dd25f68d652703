// The metrics that a service exposes: what it counts, what the other processes of its node send, the machine, the database.
import cluster from 'node:cluster';
import type { Settings } from '../config/settings.js';
import { createPool } from '../db/pool.js';
import { messageOf } from '../errors.js';
import { BaseMesuree } from '../metriques/base-mesuree.js';
import { typeDeContenu } from '../metriques/exposition.js';
import type { Attentes } from '../metriques/lecture-base.js';
import { MesureMachine } from '../metriques/machine.js';
import { Metriques, type SourceMetriques } from '../metriques/metriques.js';
import { MesureProcessus } from '../metriques/processus.js';
import { lireDerniere } from '../sauvegarde/dernier.js';
import { createMetriques } from '../web/metriques.js';
import type { WebPlugin } from '../web/server.js';
import { lireCertificats } from './certificats.js';
import { programVersion } from './version.js';

/** As in message-processus: how often a process tells its supervisor. */
const annonceMs = 5_000;

export type MesuresOptions = {
  /** Name of this process when it serves by itself. */
  readonly nom: string;
  readonly sources: readonly SourceMetriques[];
  readonly now: () => Date;
};

export type Mesures = {
  readonly metriques: Metriques;
  /** /metrics; empty when the settings want none. */
  readonly plugins: readonly WebPlugin[];
  /** From now on, the figures of this database are there too. */
  readonly suivre: (connectionString: string) => void;
  readonly stop: () => Promise<void>;
};

export function openMesures(settings: Settings, { nom, sources, now }: MesuresOptions): Mesures {
  const processus = new MesureProcessus(programVersion);
  const machine = new MesureMachine({
    dataDir: settings.dataDir,
    isSauvegardeAttendue: settings.database.url === undefined,
    sauvegarde: () => lireDerniere(settings.dataDir),
    certificats: () => lireCertificats(settings, now()).certificats,
    certificatsLusMs: settings.metriques.fraicheurMs * 12,
  });
  let base: Base | undefined;
  const metriques = new Metriques({
    processus: nom,
    sources: [() => processus.lire(), ...sources],
    communes: [() => machine.lire(), () => base?.mesuree.lire() ?? []],
  });
  const announcing = announce(metriques);
  return {
    metriques,
    plugins: settings.metriques.isActive ? [pluginOf(settings, metriques)] : [],
    suivre: (connectionString) => {
      if (settings.metriques.isActive) base ??= openBase(settings, connectionString, now);
    },
    stop: async () => {
      clearInterval(announcing);
      processus.stop();
      await base?.end();
    },
  };
}

type Base = { readonly mesuree: BaseMesuree; readonly end: () => Promise<void> };

function openBase(settings: Settings, connectionString: string, now: () => Date): Base {
  const { fraicheurMs, delaiMs } = settings.metriques;
  const pool = createPool(
    {
      connectionString,
      max: 1,
      statementTimeoutMs: delaiMs,
      connectTimeoutMs: delaiMs,
      answerTimeoutMs: delaiMs,
      applicationName: 'annuaire-sante-sync metriques',
      // A few rows each: compiling a statement would take longer than running it.
      session: { jit: 'off' },
    },
    // The next look finds out.
    () => undefined,
  );
  const options = { pool, attentes: attentesOf(settings), fraicheurMs, delaiMs, now };
  return { mesuree: new BaseMesuree(options), end: () => pool.end() };
}

function attentesOf({ sources, inventaire, plan, demandes }: Settings): Attentes {
  return {
    sourcesAgeMax: new Map(
      Object.entries(sources)
        .filter(([, { actif }]) => actif)
        .map(([nom, { fraicheurMaxHeures }]) => [nom, fraicheurMaxHeures * 3_600]),
    ),
    inventaires: inventaire.sources.map(({ nom }) => nom),
    inventaireAgeMax: plan.gardes.inventaireAgeMaxHeures * 3_600,
    demandesDelai: demandes.delaiJours * 86_400,
  };
}

function pluginOf({ metriques: { adresses, jeton }, web }: Settings, source: Metriques): WebPlugin {
  const hasTrustedProxies = (web.trustedProxies ?? []).length > 0;
  return createMetriques({
    acces: { adresses, jeton, hasTrustedProxies },
    typeDeContenu,
    exposer: () => source.exposer(),
  });
}

/** To the supervisor, when there is one. */
function announce(metriques: Metriques): NodeJS.Timeout | undefined {
  if (!cluster.isWorker) return undefined;
  const tell = (): void => {
    void metriques.locales().then(
      (locales) => {
        if (process.connected) process.send?.({ kind: 'metriques', metriques: locales });
      },
      (error: unknown) => {
        process.emitWarning(messageOf(error));
      },
    );
  };
  return setInterval(tell, annonceMs).unref();
}
