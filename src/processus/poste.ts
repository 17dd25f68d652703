// One place in a pool of workers: the process that holds it now, and what is known of it.
import type { Worker } from 'node:cluster';
import type { EtatService, ServiceDuNoeud } from '../domain/etat-noeud.js';
import type { OrdreProcessus, RapportProcessus } from '../domain/message-processus.js';
import { ServiceFault } from './service-fault.js';

export type PosteHandlers<Line> = {
  readonly onLine: (line: Line) => void;
  readonly onMetriques?: ((processus: string, metriques: unknown) => void) | undefined;
};

export class Poste<Line> {
  readonly nom: string;
  readonly #handlers: PosteHandlers<Line>;
  #worker: Worker | undefined;
  #etat: EtatService = 'demarrage';
  #raisons: readonly string[] = [];
  #heardMs = 0;
  #isServing = false;
  #isLeaving = false;
  #listening: Promise<readonly string[]> | undefined;
  #gone: Promise<void> = Promise.resolve();

  constructor(nom: string, handlers: PosteHandlers<Line>) {
    this.nom = nom;
    this.#handlers = handlers;
  }

  get pid(): number | undefined {
    return this.#worker?.process.pid;
  }

  get isAlive(): boolean {
    return this.#worker !== undefined;
  }

  /** When it last said something, by `performance.now`. */
  get heardMs(): number {
    return this.#heardMs;
  }

  get etat(): ServiceDuNoeud {
    return { nom: this.nom, etat: this.#etat, raisons: this.#raisons };
  }

  occupy(worker: Worker, nowMs: number): void {
    this.#worker = worker;
    this.#etat = 'demarrage';
    this.#raisons = [];
    this.#isServing = false;
    this.#heardMs = nowMs;
    this.#gone = new Promise((resolve) => worker.once('exit', () => resolve()));
    // A channel that breaks ends the worker; that is told then.
    worker.on('error', () => undefined);
    this.#listening = new Promise((resolve, reject) => {
      worker.on('message', (report: RapportProcessus<Line>) => {
        this.#heardMs = performance.now();
        if (report.kind === 'listening') resolve(report.places);
        else if (report.kind === 'fault') reject(new ServiceFault(report));
        this.#note(report);
      });
      worker.once('exit', () => reject(new ServiceFault(silentEnd)));
    });
    // Whoever waits for it is told; nobody has to.
    this.#listening.catch(() => undefined);
  }

  vacate(): void {
    this.#worker = undefined;
    this.#etat = 'arrete';
  }

  /** Another is in its place: what it counts goes on under a name of its own, or their counters would mix. */
  leave(): void {
    this.#isLeaving = true;
    this.send({ kind: 'vidange' });
  }

  /** Where it listens. Rejected with ServiceFault when it cannot, or ends before. */
  async listening(): Promise<readonly string[]> {
    return (await this.#listening) ?? [];
  }

  gone(): Promise<void> {
    return this.#gone;
  }

  send(order: OrdreProcessus): void {
    // The callback is told what would otherwise be thrown: a worker that ends meanwhile hears nothing.
    if (this.#worker?.isConnected() === true) this.#worker.process.send(order, () => undefined);
  }

  kill(): void {
    this.#worker?.process.kill('SIGKILL');
  }

  #note(report: RapportProcessus<Line>): void {
    switch (report.kind) {
      case 'listening':
        this.#isServing = true;
        this.#etat = 'pret';
        this.#raisons = [];
        return;
      case 'fault':
        this.#raisons = [report.message];
        return;
      case 'battement':
        if (!this.#isServing) return;
        this.#etat = report.etat;
        this.#raisons = report.raisons;
        return;
      case 'line':
        this.#handlers.onLine(report.line);
        return;
      case 'metriques':
        this.#handlers.onMetriques?.(
          this.#isLeaving ? `${this.nom}-sortant` : this.nom,
          report.metriques,
        );
        return;
      default:
        report satisfies never;
    }
  }
}

const silentEnd = {
  code: 'PROCESSUS_ARRETE',
  message: 'Le processus s’est arrêté au démarrage, sans dire pourquoi.',
  estPassager: false,
};
