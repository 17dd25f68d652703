// The services of one node: LDAP and web, each in processes of its own that share its ports.
import cluster from 'node:cluster';
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from '../config/settings.js';
import type { EtatNoeud, ServiceDuNoeud } from '../domain/etat-noeud.js';
import { silenceMaxMs } from '../domain/message-processus.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { ServiceFault } from '../processus/service-fault.js';
import { WorkerPool, type PoolPlan } from '../processus/worker-pool.js';
import { openKeeper } from './ldap-build.js';
import { oncePerSnapshot, type LdapLine } from './ldap-log.js';
import { arretServiceMs } from './service-enfant.js';

export const nomsServices = ['ldap', 'web'] as const;
export type NomService = (typeof nomsServices)[number];

type ServicesOptions = {
  readonly settings: Settings;
  readonly actifs: ReadonlySet<NomService>;
  readonly log: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly onMetriques: (processus: string, metriques: unknown) => void;
};

type Line = LdapLine;
type Keeping = { readonly stop: () => Promise<void>; readonly wake: () => void };

export class ServicesDuNoeud {
  readonly #options: ServicesOptions;
  readonly #pools = new Map<NomService, WorkerPool<Line>>();
  #settings: Settings;
  #keeping: Keeping | undefined;

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#settings = options.settings;
    // The supervisor hands nobody out: who connects waits for a service, never for it. The system shares well enough among the
    // workers of a service: of 200 connections on two LDAP workers, 118 and 82 (all at once), 96 and 104 (one after the other).
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    for (const nom of nomsServices) {
      if (options.actifs.has(nom)) this.#pools.set(nom, this.#createPool(nom));
    }
  }

  get etats(): readonly ServiceDuNoeud[] {
    return [...this.#pools.values()].flatMap((pool) => pool.etats());
  }

  /** Throws what cannot be served (a port that is taken); a database that does not answer yet is waited for. */
  async start(): Promise<void> {
    await Promise.all(
      [...this.#pools].map(async ([nom, pool]) => this.#tellPlaces(nom, await pool.start())),
    );
    await this.#keep();
  }

  /**
   * Settings that changed reach new processes on the same sockets; the old ones serve what is connected. Throws when the new
   * ones cannot serve: the old ones stay.
   */
  async reload(settings: Settings): Promise<void> {
    if (isDeepStrictEqual(settings, this.#settings)) {
      for (const pool of this.#pools.values()) pool.broadcast({ kind: 'reload' });
      return;
    }
    for (const [nom, pool] of this.#pools) {
      this.#tellPlaces(nom, await pool.renew(planDe(nom, settings)));
    }
    this.#settings = settings;
    await this.#keeping?.stop();
    await this.#keep();
  }

  /** To the processes of the console, which show it. */
  tellEtat(etat: EtatNoeud): void {
    this.#pools.get('web')?.broadcast({ kind: 'etat', etat });
  }

  tellMetriques(processus: string, metriques: unknown): void {
    this.#pools.get('web')?.broadcast({ kind: 'metriques', processus, metriques });
  }

  /** False: one of them has said nothing for too long. Those that hang are ended, and replaced. */
  check(): boolean {
    for (const pool of this.#pools.values()) pool.endSilent(performance.now() - silenceMaxMs);
    return [...this.#pools.values()].every((pool) => pool.isHeard(silenceMaxMs * 2));
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.#keeping?.stop(),
      ...[...this.#pools.values()].map((pool) => pool.stop()),
    ]);
  }

  #createPool(nom: NomService): WorkerPool<Line> {
    const { log, env, onMetriques } = this.#options;
    const tell = oncePerSnapshot((line) => log.info(line.evenement, line.message, champsDe(line)));
    return new WorkerPool<Line>({
      ...planDe(nom, this.#settings),
      nom,
      titre: titres[nom],
      env,
      report: (message) => log.warn('processus', message),
      onLine: (line) => {
        // Told with the name of the service, once it listens.
        if (line.evenement === 'ecoute') return;
        tell(line);
        if (line.evenement === 'broken' || line.evenement === 'vanished') this.#keeping?.wake();
      },
      // Its own figures are where they are asked for.
      onMetriques: (processus, metriques) => {
        if (nom !== 'web') onMetriques(processus, metriques);
      },
      isPatient: (fault) => fault instanceof ServiceFault && fault.estPassager,
    });
  }

  #tellPlaces(nom: NomService, places: readonly string[]): void {
    const said = places.length > 0 ? places.join(', ') : 'pas encore, elle attend sa base';
    const message = `${titres[nom]} à l'écoute : ${said}`;
    this.#options.log.info('ecoute', message, { service: nom, adresses: places.join(' ') });
  }

  /** Has the snapshot that LDAP serves made anew, out of this process, whenever something was loaded. */
  async #keep(): Promise<void> {
    if (!this.#options.actifs.has('ldap')) return;
    const { log } = this.#options;
    const ending = new AbortController();
    const keeper = await openKeeper(this.#settings, (line) =>
      log.info(line.evenement, line.message),
    );
    const running = keeper
      .run(ending.signal)
      .catch((error: unknown) => log.error('instantane', messageOf(error)));
    this.#keeping = {
      wake: () => keeper.wake(),
      stop: async () => {
        ending.abort();
        await running;
      },
    };
  }
}

const titres: Readonly<Record<NomService, string>> = { ldap: 'LDAP', web: 'Web' };

function planDe(nom: NomService, settings: Settings): PoolPlan {
  const stopMs = nom === 'ldap' ? settings.ldap.stopMs : settings.web.stopMs;
  return {
    count: nom === 'ldap' ? settings.ldap.workers : 1,
    args: ['--config', settings.configPath, '--json', nom],
    stopMs: Math.min(stopMs, arretServiceMs) + 1_000,
    vidangeMs: settings.planification.vidangeSecondes * 1_000,
  };
}

function champsDe({ instantane, entrees }: Line): Record<string, string | number | undefined> {
  return { instantane, entrees };
}
