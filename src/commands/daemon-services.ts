// The services of one node: LDAP and web, each in processes of its own that share its ports.
import cluster from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { EtatNoeud, ServiceDuNoeud } from '../domain/etat-noeud.js';
import { silenceMaxMs } from '../domain/message-processus.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { aborted } from '../net/or-aborted.js';
import { ServiceFault } from '../processus/service-fault.js';
import { WorkerPool, type PoolPlan, type Releve } from '../processus/worker-pool.js';
import { openKeeper } from './ldap-build.js';
import { oncePerSnapshot, type LdapLine, type LdapLog } from './ldap-log.js';
import type { EnVigueur } from './reglages-en-vigueur.js';
import { arretServiceMs } from './service-enfant.js';

export const nomsServices = ['ldap', 'web'] as const;
export type NomService = (typeof nomsServices)[number];

type ServicesOptions = {
  readonly actifs: ReadonlySet<NomService>;
  readonly log: Logger;
  readonly onMetriques: (processus: string, metriques: unknown) => void;
};

type Line = LdapLine;
type Keeping = { readonly stop: () => Promise<void>; readonly wake: () => void };

export class ServicesDuNoeud {
  readonly #options: ServicesOptions;
  readonly #pools = new Map<NomService, WorkerPool<Line>>();
  readonly #ending = new AbortController();
  #enVigueur: EnVigueur;
  #keeping: Keeping | undefined;

  constructor(enVigueur: EnVigueur, options: ServicesOptions) {
    this.#options = options;
    this.#enVigueur = enVigueur;
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

  /** Certificates are read again in place. */
  reloadCertificates(): void {
    for (const pool of this.#pools.values()) pool.broadcast({ kind: 'reload' });
  }

  /**
   * Settings that changed reach new processes on the same sockets; the old ones serve what is connected. Throws when the new
   * ones of any service cannot serve: the old ones of all stay.
   */
  async reload(enVigueur: EnVigueur): Promise<void> {
    const releves = await this.#prepare(enVigueur);
    for (const [nom, releve] of releves) {
      releve.commit();
      this.#tellPlaces(nom, releve.places);
    }
    this.#enVigueur = enVigueur;
    const { signal } = this.#ending;
    // What it asks of a base that is silent is not waited for when all is to end.
    await Promise.race([this.#keeping?.stop(), aborted(signal)]);
    // The new ones serve: nothing is refused any more.
    await this.#keep().catch((error: unknown) =>
      this.#options.log.error('instantane', messageOf(error)),
    );
  }

  /** To the processes of the console, which show it. */
  tellEtat(etat: EtatNoeud): void {
    this.#pools.get('web')?.broadcast({ kind: 'etat', etat });
  }

  tellMetriques(processus: string, metriques: unknown): void {
    this.#pools.get('web')?.broadcast({ kind: 'metriques', processus, metriques });
  }

  /** Those that hang are ended, and replaced. */
  endSilent(): void {
    for (const pool of this.#pools.values()) pool.endSilent(performance.now() - silenceMaxMs);
  }

  /** False: one of them has said nothing for so long that ending it did not help. */
  isHeard(): boolean {
    return [...this.#pools.values()].every((pool) => pool.isHeard(silenceMaxMs * 2));
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    const late = delay(arretServiceMs, undefined, { ref: false });
    await Promise.all([
      // The base may be silent: nothing that it was asked is worth waiting for.
      Promise.race([this.#keeping?.stop(), late]),
      ...[...this.#pools.values()].map((pool) => pool.stop()),
    ]);
  }

  async #prepare(enVigueur: EnVigueur): Promise<readonly (readonly [NomService, Releve])[]> {
    const results = await Promise.allSettled(
      [...this.#pools].map(
        async ([nom, pool]) => [nom, await pool.prepare(planDe(nom, enVigueur))] as const,
      ),
    );
    const ready = results.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed && !this.#ending.signal.aborted) return ready;
    for (const [, releve] of ready) void releve.abandon();
    throw failed?.reason ?? new Error('Arrêt demandé');
  }

  #createPool(nom: NomService): WorkerPool<Line> {
    const { log, onMetriques } = this.#options;
    const tell = oncePerSnapshot((line) => log.info(line.evenement, line.message, champsDe(line)));
    return new WorkerPool<Line>({
      ...planDe(nom, this.#enVigueur),
      nom,
      titre: titres[nom],
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
    if (this.#ending.signal.aborted) return;
    const said = places.length > 0 ? places.join(', ') : 'pas encore, elle attend sa base';
    const message = `${titres[nom]} à l'écoute : ${said}`;
    this.#options.log.info('ecoute', message, { service: nom, adresses: places.join(' ') });
  }

  /** Has the snapshot that LDAP serves made anew, out of this process, whenever something was loaded. */
  async #keep(): Promise<void> {
    if (!this.#options.actifs.has('ldap')) return;
    const { log } = this.#options;
    const { settings, env } = this.#enVigueur;
    const ending = new AbortController();
    const tell: LdapLog = (line) => log.info(line.evenement, line.message);
    const keeper = await openKeeper(settings, tell, env);
    if (this.#ending.signal.aborted) return;
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

function planDe(nom: NomService, { settings, env }: EnVigueur): PoolPlan {
  const stopMs = nom === 'ldap' ? settings.ldap.stopMs : settings.web.stopMs;
  return {
    count: nom === 'ldap' ? settings.ldap.workers : 1,
    args: ['--config', settings.configPath, '--json', nom],
    env,
    stopMs: Math.min(stopMs, arretServiceMs) + 1_000,
    vidangeMs: settings.planification.vidangeSecondes * 1_000,
  };
}

function champsDe({ instantane, entrees }: Line): Record<string, string | number | undefined> {
  return { instantane, entrees };
}
