// The supervisor: holds no mailbox and no socket, sees to it that services and stages live, and tells how they are.
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import type { EtatNoeud } from '../domain/etat-noeud.js';
import { intervalleBattementMs } from '../domain/message-processus.js';
import { messageOf, UsageError } from '../errors.js';
import type { Logger } from '../logger.js';
import { aborted } from '../net/or-aborted.js';
import { Notification } from '../processus/notification.js';
import { purgePassages } from '../store/passage.js';
import { Auxiliaires } from './daemon-auxiliaires.js';
import { BaseDuNoeud } from './daemon-base.js';
import { EtapesDuNoeud } from './daemon-etapes.js';
import { openMesuresNoeud, type MesuresNoeud } from './daemon-mesures.js';
import { resumeEtat } from './daemon-resume.js';
import { ServicesDuNoeud, type NomService } from './daemon-services.js';
import type { Surroundings } from './program.js';
import { ReglagesEnVigueur, type EnVigueur } from './reglages-en-vigueur.js';

export type Parts = { readonly services: ReadonlySet<NomService>; readonly etapes: boolean };

export type SuperviseurOptions = {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly parts: Parts;
  readonly noeud: string;
  readonly log: Logger;
  /** Of what it starts, beside the settings. */
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
  readonly #reglages: ReglagesEnVigueur;
  readonly #depuis: string;
  #enVigueur: EnVigueur;
  /** What turns until the end: looks, beats, watches. */
  #turning: Promise<unknown> = Promise.resolve();
  /** After the start, one after the other. */
  #reloading: Promise<void> = Promise.resolve();
  #isStopping = false;
  #purgedMs = -Infinity;

  constructor(options: SuperviseurOptions) {
    const { surroundings, settings, parts, noeud, log } = options;
    const { dataDir } = settings;
    this.#reglages = new ReglagesEnVigueur({ env: options.env, dataDir, log });
    const enVigueur = { settings, env: this.#reglages.garder(settings) };
    this.#enVigueur = enVigueur;
    const { env } = enVigueur;
    const { now } = surroundings;
    this.#options = options;
    this.#depuis = now().toISOString();
    this.#notification = new Notification({
      env: options.env,
      report: (text) => log.warn('systemd', text),
    });
    this.#base = new BaseDuNoeud({ settings, noeud, log, now });
    const onMetriques = (processus: string, metriques: unknown): void =>
      this.#mesures.recevoir(processus, metriques);
    const actifs = parts.services;
    this.#services = new ServicesDuNoeud(enVigueur, { actifs, log, onMetriques });
    const versWeb = (processus: string, metriques: unknown): void =>
      this.#services.tellMetriques(processus, metriques);
    this.#mesures = openMesuresNoeud(settings, {
      ...{ now, log },
      etat: () => this.etat,
      versWeb: actifs.has('web') ? versWeb : undefined,
    });
    this.#auxiliaires = new Auxiliaires(options.auxiliaires ?? [], { settings, log, env });
    this.#etapes = parts.etapes
      ? new EtapesDuNoeud(enVigueur, { noeud, log, onMetriques })
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
      const starting = this.#start(signal);
      this.#reloading = starting.catch(() => undefined);
      this.#turning = starting.then(() => this.#turn(signal));
      // Whatever a service or the base is still to answer is not waited for.
      await Promise.race([this.#turning, aborted(signal)]);
    } finally {
      await this.#stop();
      process.off('SIGHUP', onHangUp);
    }
  }

  async #start(signal: AbortSignal): Promise<void> {
    await this.#mesures.start();
    if (signal.aborted) return;
    this.#auxiliaires.start();
    await this.#services.start();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.#notification.ready();
    if (this.#isOver()) return;
    this.#options.log.info(
      'pret',
      'Le démon est en service. Arrêt : Ctrl-C ou SIGTERM ; réglages relus : SIGHUP.',
    );
    const loops = [this.#beat(signal), this.#look(signal), this.#watch(signal)];
    await Promise.all([...loops, this.#feedWatchdog(signal)]);
  }

  /** Each stage that is due is begun; a database that is gone is asked for again, later and later. */
  async #look(signal: AbortSignal): Promise<void> {
    const { now } = this.#options.surroundings;
    while (!signal.aborted) {
      const isThere = await this.#base.use(async (pool) => {
        await this.#etapes?.look(pool, now());
        return true;
      });
      if (this.#isOver()) return;
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
    const days = this.#enVigueur.settings.planification.passagesConservesJours;
    const now = this.#options.surroundings.now();
    await purgePassages(pool, new Date(now.getTime() - days * 86_400_000), passagesPurgesMax);
  }

  /** At its own pace, whatever systemd's is. */
  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#services.endSilent();
      await pause(intervalleBattementMs, signal);
    }
  }

  /** Only while this process turns and every service lets itself be heard: else systemd starts the whole anew. */
  async #feedWatchdog(signal: AbortSignal): Promise<void> {
    const everyMs = this.#notification.watchdogMs;
    while (everyMs !== undefined && !signal.aborted) {
      if (this.#services.isHeard()) await this.#notification.watchdog();
      await pause(everyMs, signal);
    }
  }

  /** What is faulty is said, and changes nothing. */
  async #reload(): Promise<void> {
    if (this.#isOver()) return;
    const { log, surroundings } = this.#options;
    const former = this.#enVigueur;
    await this.#notification.reloading();
    try {
      const settings = loadSettings(former.settings.configPath, surroundings.env);
      if (isSame(settings, former.settings)) this.#services.reloadCertificates();
      else await this.#adopt(settings);
      log.info(
        'reglages-relus',
        'Réglages et certificats relus : ils valent pour ce qui commence.',
      );
    } catch (error) {
      // Refused by the stop itself.
      if (this.#isOver()) return;
      log.error(
        'reglages-refuses',
        `Nouveaux réglages refusés, les précédents restent en service. ${messageOf(error)}`,
      );
    }
    if (!this.#isOver()) await this.#notification.ready();
  }

  async #adopt(settings: Settings): Promise<void> {
    const former = this.#enVigueur;
    refuserDeplacement(former.settings, settings);
    const next = { settings, env: this.#reglages.garder(settings) };
    try {
      await this.#services.reload(next);
      this.#etapes?.reload(next);
      this.#enVigueur = next;
    } finally {
      this.#reglages.retenir(this.#enVigueur.env);
    }
  }

  #isOver(): boolean {
    return this.#isStopping || this.#options.surroundings.signal.aborted;
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([
      this.#notification.stopping(),
      // Its processes are ended by their pools: it then gives up.
      this.#reloading,
      this.#etapes?.stop(etapesStopMs),
      this.#auxiliaires.stop(etapesStopMs),
      this.#services.stop(),
    ]);
    await this.#mesures.stop();
    // A private base that was being opened is to be closed too.
    const isPrivate = this.#enVigueur.settings.database.url === undefined;
    if (isPrivate) await this.#turning.catch(() => undefined);
    this.#reglages.retenir();
    await this.#base.close(this.etat, baseStopMs);
    this.#options.log.info('arret', 'Le démon est arrêté.');
  }
}

/** Spaces and comments aside. */
function isSame(one: Settings, other: Settings): boolean {
  return isDeepStrictEqual({ ...one, configText: '' }, { ...other, configText: '' });
}

/** Stages would write in another base than the one where this daemon looks for their runs. */
function refuserDeplacement(from: Settings, to: Settings): void {
  if (from.database.url === to.database.url && from.dataDir === to.dataDir) return;
  throw new UsageError(
    'REGLAGES_DEPLACES',
    '« database.url » et « dataDir » ne changent que par un arrêt suivi d’un démarrage.',
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
