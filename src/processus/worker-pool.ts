// Several processes on the same ports: the primary sees to it that there are as many as asked, and replaces them without
// closing the ports when the settings change.
import cluster, { type Worker } from 'node:cluster';
import type { ServiceDuNoeud } from '../domain/etat-noeud.js';
import type { OrdreProcessus } from '../domain/message-processus.js';
import { Poste } from './poste.js';
import { ServiceFault } from './service-fault.js';

export type PoolPlan = {
  readonly count: number;
  /** Arguments of the workers' command line; undefined: those of this process. */
  readonly args?: readonly string[] | undefined;
  /** Of the workers; undefined: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Time that workers have to end by themselves. */
  readonly stopMs: number;
  /** Time that the connections of replaced workers have to end by themselves. */
  readonly vidangeMs: number;
};

export type WorkerPoolOptions<Line> = PoolPlan & {
  /** `ldap`, `web`: workers are `ldap-1`, `ldap-2`… */
  readonly nom: string;
  /** French, in messages. */
  readonly titre: string;
  /** French. */
  readonly report: (message: string) => void;
  readonly onLine: (line: Line) => void;
  readonly onMetriques?: (processus: string, metriques: unknown) => void;
  /** Whether a first worker that cannot serve is replaced like one that dies later; else `start` throws. */
  readonly isPatient?: (fault: Error) => boolean;
};

/** Workers of another plan, which listen beside those in service. */
export type Releve = {
  readonly places: readonly string[];
  /** Puts them in the place of those in service, which serve what is open until it ends. */
  readonly commit: () => void;
  /** Ends them. */
  readonly abandon: () => Promise<void>;
};

/** A new worker that lives and does not listen after this long never will: whoever renews is not to wait for ever. */
const listeningMaxMs = 60_000;
/** A worker that dies again and again is not restarted faster than this. */
const restartMinMs = 100;
const restartMaxMs = 30_000;
/** Deaths are forgotten after this long. */
const memoryMs = 60_000;

export class WorkerPool<Line> {
  readonly #options: WorkerPoolOptions<Line>;
  #plan: PoolPlan;
  #postes: readonly Poste<Line>[] = [];
  /** Those that are to replace them, and do not serve alone yet. */
  readonly #coming = new Set<Poste<Line>>();
  /** Those that were replaced, and serve what is still open. */
  readonly #leaving = new Set<Poste<Line>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #deathsMs: number[] = [];
  #isStopping = false;

  constructor(options: WorkerPoolOptions<Line>) {
    this.#options = options;
    this.#plan = options;
  }

  get pids(): readonly number[] {
    return this.#all().flatMap(({ pid }) => pid ?? []);
  }

  /** Starts one, and the others once it listens; throws what it could not do. Resolves when all had time to listen. */
  async start(): Promise<readonly string[]> {
    const started = this.#launch(this.#plan);
    this.#postes = started.postes;
    try {
      return await started.places;
    } catch (error) {
      if (!(error instanceof Error) || this.#options.isPatient?.(error) !== true) throw error;
      for (const poste of this.#postes.slice(1)) this.#fork(poste, this.#plan);
      return [];
    }
  }

  /**
   * Starts workers of another plan on the same sockets, so that nobody who connects while they take over is refused. Throws,
   * and leaves everything as it was, when the first of them cannot serve, or when the pool is stopped meanwhile.
   */
  async prepare(plan: PoolPlan): Promise<Releve> {
    const started = this.#launch(plan);
    for (const poste of started.postes) this.#coming.add(poste);
    const abandon = async (): Promise<void> => {
      started.giveUp();
      await Promise.all(started.postes.map((poste) => this.#end(poste, plan.stopMs)));
      for (const poste of started.postes) this.#coming.delete(poste);
    };
    try {
      const places = await withinLimit(started.places);
      if (this.#isStopping) throw new Error('Arrêt demandé');
      return { places, commit: () => this.#takeOver(started.postes, plan), abandon };
    } catch (error) {
      void abandon();
      throw error;
    }
  }

  broadcast(order: OrdreProcessus): void {
    for (const poste of this.#all()) poste.send(order);
  }

  etats(): readonly ServiceDuNoeud[] {
    return this.#postes.map((poste) => poste.etat);
  }

  /** Ends the workers that said nothing since `sinceMs` (of `performance.now`): they hang, and are replaced if they serve. */
  endSilent(sinceMs: number): void {
    for (const poste of [...this.#postes, ...this.#coming]) {
      if (!poste.isAlive || poste.heardMs >= sinceMs) continue;
      const next = this.#coming.has(poste) ? '' : ' et remplacé';
      this.#options.report(
        `Processus ${poste.nom} (${poste.pid ?? 0}) sans signe de vie : il est arrêté de force${next}.`,
      );
      poste.kill();
    }
  }

  /** No worker has been silent for `silenceMs`; those whose turn has not come are waited for. */
  isHeard(silenceMs: number): boolean {
    const sinceMs = performance.now() - silenceMs;
    return this.#postes.every((poste) => !poste.isAlive || poste.heardMs >= sinceMs);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#all().map((poste) => this.#end(poste, this.#plan.stopMs)));
  }

  #all(): readonly Poste<Line>[] {
    return [...this.#postes, ...this.#coming, ...this.#leaving];
  }

  #takeOver(postes: readonly Poste<Line>[], plan: PoolPlan): void {
    // Whoever stops ends them with the others.
    if (this.#isStopping) return;
    const former = this.#postes;
    const { vidangeMs } = this.#plan;
    this.#postes = postes;
    this.#plan = plan;
    for (const poste of postes) this.#coming.delete(poste);
    for (const poste of former) this.#retire(poste, vidangeMs);
    // One that ended before its place was counted.
    for (const poste of postes) if (!poste.isAlive) this.#fork(poste, plan);
  }

  #launch(plan: PoolPlan): {
    readonly postes: readonly Poste<Line>[];
    readonly places: Promise<readonly string[]>;
    /** No other of them is started any more. */
    readonly giveUp: () => void;
  } {
    const { nom, onLine, onMetriques } = this.#options;
    const postes = Array.from(
      { length: plan.count },
      (_, index) => new Poste<Line>(`${nom}-${index + 1}`, { onLine, onMetriques }),
    );
    const given = new AbortController();
    const places = this.#startAll(postes, plan, given.signal);
    return { postes, places, giveUp: () => given.abort() };
  }

  async #startAll(
    postes: readonly Poste<Line>[],
    plan: PoolPlan,
    given: AbortSignal,
  ): Promise<readonly string[]> {
    const [first, ...others] = postes;
    if (!first) return [];
    this.#fork(first, plan);
    const places = await first.listening();
    if (given.aborted) return places;
    for (const poste of others) this.#fork(poste, plan);
    // One that fails is replaced like any that dies later.
    await Promise.allSettled(others.map((poste) => poste.listening()));
    return places;
  }

  #fork(poste: Poste<Line>, plan: PoolPlan): void {
    if (this.#isStopping) return;
    // Taken by this fork alone: each service has a command line of its own.
    cluster.setupPrimary({ args: [...(plan.args ?? process.argv.slice(2))] });
    const worker = cluster.fork(plan.env);
    poste.occupy(worker, performance.now());
    worker.once('exit', (code) => {
      poste.vacate();
      const isWanted = !this.#isStopping && this.#postes.includes(poste);
      if (isWanted) this.#replace(poste, worker, worker.process.signalCode ?? `code ${code}`);
    });
  }

  #replace(poste: Poste<Line>, worker: Worker, cause: string): void {
    const nowMs = performance.now();
    this.#deathsMs = [...this.#deathsMs.filter((at) => nowMs - at < memoryMs), nowMs];
    const tooMany = Math.max(0, this.#deathsMs.length - this.#plan.count);
    const delayMs = Math.min(restartMaxMs, restartMinMs * 2 ** tooMany);
    const { report, titre } = this.#options;
    report(
      `Processus ${titre} ${worker.process.pid ?? 0} arrêté (${cause}) ; remplacé dans ${(delayMs / 1_000).toLocaleString('fr-FR')} s.`,
    );
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#isStopping || !this.#postes.includes(poste)) return;
      this.#fork(poste, this.#plan);
      // One that fails is told, and replaced, when it ends.
      poste.listening().then(
        () => report(`Processus ${titre} ${poste.pid ?? 0} en service.`),
        () => undefined,
      );
    }, delayMs);
    this.#timers.add(timer);
  }

  #retire(poste: Poste<Line>, vidangeMs: number): void {
    if (!poste.isAlive) return;
    this.#leaving.add(poste);
    poste.leave();
    const timer = setTimeout(() => void this.#end(poste, this.#plan.stopMs), vidangeMs);
    this.#timers.add(timer);
    void poste.gone().then(() => {
      clearTimeout(timer);
      this.#timers.delete(timer);
      this.#leaving.delete(poste);
    });
  }

  async #end(poste: Poste<Line>, stopMs: number): Promise<void> {
    if (!poste.isAlive) return;
    poste.send({ kind: 'stop' });
    const late = setTimeout(() => poste.kill(), stopMs);
    await poste.gone();
    clearTimeout(late);
  }
}

async function withinLimit<T>(starting: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ServiceFault(neverListens)), listeningMaxMs);
  });
  try {
    return await Promise.race([starting, late]);
  } finally {
    clearTimeout(timer);
  }
}

const neverListens = {
  code: 'PROCESSUS_MUET',
  message: `Le nouveau processus n’est pas en service après ${listeningMaxMs / 1_000} s : il est arrêté.`,
};
