// The supervisor: holds no mailbox and no socket, sees to it that services and stages live, and tells how they are.
import { setTimeout as delay } from 'node:timers/promises';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import type { EtatNoeud } from '../domain/etat-noeud.js';
import { intervalleBattementMs } from '../domain/message-processus.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { Notification } from '../processus/notification.js';
import { purgePassages } from '../store/passage.js';
import { Auxiliaires } from './daemon-auxiliaires.js';
import { BaseDuNoeud } from './daemon-base.js';
import { EtapesDuNoeud } from './daemon-etapes.js';
import { openMesuresNoeud, type MesuresNoeud } from './daemon-mesures.js';
import { resumeEtat } from './daemon-resume.js';
import { ServicesDuNoeud, type NomService } from './daemon-services.js';
import type { Surroundings } from './program.js';

export type Parts = { readonly services: ReadonlySet<NomService>; readonly etapes: boolean };

export type SuperviseurOptions = {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly parts: Parts;
  readonly noeud: string;
  readonly log: Logger;
  /** Of what it starts. */
  readonly env: NodeJS.ProcessEnv;
  /** Command lines that live and die with this daemon. */
  readonly auxiliaires?: readonly (readonly string[])[];
};

/** Between two looks at what is due. */
const lookMs = 1_000;
/** A daemon ends within 10 seconds, its database included. */
const etapesStopMs = 7_000;
const baseStopMs = 1_500;
const passagesPurgesMax = 10_000;

export class Superviseur {
  readonly #options: SuperviseurOptions;
  readonly #notification: Notification;
  readonly #base: BaseDuNoeud;
  readonly #services: ServicesDuNoeud;
  readonly #etapes: EtapesDuNoeud | undefined;
  readonly #auxiliaires: Auxiliaires;
  readonly #mesures: MesuresNoeud;
  readonly #depuis: string;
  #settings: Settings;
  #reloading: Promise<void> = Promise.resolve();
  #purgedMs = -Infinity;

  constructor(options: SuperviseurOptions) {
    const { surroundings, settings, parts, noeud, log } = options;
    const { env } = options;
    const { now } = surroundings;
    this.#options = options;
    this.#settings = settings;
    this.#depuis = now().toISOString();
    this.#notification = new Notification({ env, report: (text) => log.warn('systemd', text) });
    this.#base = new BaseDuNoeud({ settings, noeud, log, now });
    const onMetriques = (processus: string, metriques: unknown): void =>
      this.#mesures.recevoir(processus, metriques);
    const actifs = parts.services;
    this.#services = new ServicesDuNoeud({ settings, actifs, log, env, onMetriques });
    const versWeb = (processus: string, metriques: unknown): void =>
      this.#services.tellMetriques(processus, metriques);
    this.#mesures = openMesuresNoeud(settings, {
      ...{ now, log },
      etat: () => this.etat,
      versWeb: actifs.has('web') ? versWeb : undefined,
    });
    this.#auxiliaires = new Auxiliaires(options.auxiliaires ?? [], { settings, log, env });
    this.#etapes = parts.etapes
      ? new EtapesDuNoeud({ settings, noeud, log, env, onMetriques })
      : undefined;
  }

  get etat(): EtatNoeud {
    return {
      noeud: this.#options.noeud,
      depuis: this.#depuis,
      services: this.#services.etats,
      etapes: this.#etapes?.etats ?? [],
      base: this.#base.etat,
    };
  }

  /** Until the signal of the surroundings is aborted; throws when a service cannot be served at all. */
  async run(): Promise<void> {
    const { signal } = this.#options.surroundings;
    const { log, noeud } = this.#options;
    const onHangUp = (): void => {
      this.#reloading = this.#reloading.then(() => this.#reload());
    };
    process.on('SIGHUP', onHangUp);
    try {
      log.info('demarrage', `Le démon du nœud « ${noeud} » démarre (processus ${process.pid}).`);
      await this.#mesures.start();
      this.#auxiliaires.start();
      await this.#services.start();
      await this.#notification.ready();
      log.info(
        'pret',
        'Le démon est en service. Arrêt : Ctrl-C ou SIGTERM ; réglages relus : SIGHUP.',
      );
      await Promise.all([this.#beat(signal), this.#feedWatchdog(signal), this.#look(signal)]);
    } finally {
      await this.#stop();
      process.off('SIGHUP', onHangUp);
    }
  }

  /** Each stage that is due is begun; a database that is gone is asked for again, later and later. */
  async #look(signal: AbortSignal): Promise<void> {
    const { now } = this.#options.surroundings;
    while (!signal.aborted) {
      const isThere = await this.#base.use(async (pool) => {
        await this.#etapes?.look(pool, now());
        return true;
      });
      this.#mesures.suivre(this.#base.connectionString);
      await pause(isThere === true ? lookMs : this.#base.pauseMs, signal);
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { etat } = this;
      this.#services.tellEtat(etat);
      await this.#mesures.annoncer();
      void this.#notification.status(resumeEtat(etat));
      if (etat.base.estJoignable) await this.#base.use((pool) => this.#note(pool, etat));
      await pause(intervalleBattementMs, signal);
    }
  }

  async #note(pool: Parameters<BaseDuNoeud['noter']>[0], etat: EtatNoeud): Promise<void> {
    await this.#base.noter(pool, etat);
    if (performance.now() - this.#purgedMs < 3_600_000) return;
    this.#purgedMs = performance.now();
    const days = this.#settings.planification.passagesConservesJours;
    const now = this.#options.surroundings.now();
    await purgePassages(pool, new Date(now.getTime() - days * 86_400_000), passagesPurgesMax);
  }

  /** Only while this loop turns and every service lets itself be heard: else systemd starts the whole anew. */
  async #feedWatchdog(signal: AbortSignal): Promise<void> {
    const everyMs = this.#notification.watchdogMs;
    while (!signal.aborted) {
      const isWell = this.#services.check();
      if (isWell && everyMs !== undefined) await this.#notification.watchdog();
      await pause(everyMs ?? intervalleBattementMs, signal);
    }
  }

  /** What is faulty is said, and changes nothing. */
  async #reload(): Promise<void> {
    const { log, surroundings } = this.#options;
    await this.#notification.reloading();
    try {
      const settings = loadSettings(this.#settings.configPath, surroundings.env);
      await this.#services.reload(settings);
      this.#etapes?.reload(settings);
      this.#settings = settings;
      log.info(
        'reglages-relus',
        'Réglages et certificats relus : ils valent pour ce qui commence.',
      );
    } catch (error) {
      log.error(
        'reglages-refuses',
        `Nouveaux réglages refusés, les précédents restent en service. ${messageOf(error)}`,
      );
    }
    await this.#notification.ready();
  }

  async #stop(): Promise<void> {
    await this.#notification.stopping();
    await Promise.all([
      this.#etapes?.stop(etapesStopMs),
      this.#auxiliaires.stop(etapesStopMs),
      this.#services.stop(),
    ]);
    await this.#mesures.stop();
    await this.#base.close(this.etat, baseStopMs);
    this.#options.log.info('arret', 'Le démon est arrêté.');
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
