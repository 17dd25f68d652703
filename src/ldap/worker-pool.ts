// Several processes on the same ports: the primary hands connections out, and sees to it that there are as many as asked.
import cluster, { type Worker } from 'node:cluster';
import { AppError } from '../errors.js';

/** What a worker tells the primary. */
export type WorkerReport<Line> =
  | { readonly kind: 'listening'; readonly places: readonly string[] }
  /** It cannot serve: French, with the remedy. */
  | { readonly kind: 'fault'; readonly code: string; readonly message: string }
  /** For the log. */
  | { readonly kind: 'line'; readonly line: Line };

/** What the primary tells all workers. */
export type WorkerOrder = { readonly kind: 'reload' | 'stop' };

export type WorkerPoolOptions<Line> = {
  readonly count: number;
  /** French. */
  readonly report: (message: string) => void;
  readonly onLine: (line: Line) => void;
  /** Time that workers have to end by themselves. */
  readonly stopMs: number;
};

/** A worker that dies again and again is not restarted faster than this. */
const restartMinMs = 100;
const restartMaxMs = 30_000;
/** Deaths are forgotten after this long. */
const memoryMs = 60_000;

export class WorkerPool<Line> {
  readonly #options: WorkerPoolOptions<Line>;
  readonly #workers = new Set<Worker>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #deathsMs: number[] = [];
  #isStopping = false;

  constructor(options: WorkerPoolOptions<Line>) {
    this.#options = options;
  }

  get pids(): readonly number[] {
    return [...this.#workers].flatMap(({ process }) => process.pid ?? []);
  }

  /** Starts one, and the others once it listens; throws what it could not do. Resolves when all had time to listen. */
  async start(): Promise<readonly string[]> {
    const places = await firstReport(this.#fork());
    const others = Array.from({ length: this.#options.count - 1 }, () => this.#fork());
    // One that fails is replaced like any that dies later.
    await Promise.allSettled(others.map(firstReport));
    return places;
  }

  broadcast(order: WorkerOrder): void {
    for (const worker of this.#workers) if (worker.isConnected()) worker.send(order);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.broadcast({ kind: 'stop' });
    const gone = [...this.#workers].map(
      (worker) => new Promise((resolve) => worker.once('exit', resolve)),
    );
    const late = setTimeout(() => {
      for (const worker of this.#workers) worker.process.kill('SIGKILL');
    }, this.#options.stopMs);
    await Promise.all(gone);
    clearTimeout(late);
  }

  #fork(): Worker {
    const worker = cluster.fork();
    this.#workers.add(worker);
    worker.on('message', (message: WorkerReport<Line>) => {
      if (message.kind === 'line') this.#options.onLine(message.line);
    });
    worker.on('error', () => undefined);
    worker.on('exit', (code) => {
      this.#workers.delete(worker);
      if (!this.#isStopping) this.#replace(worker, worker.process.signalCode ?? `code ${code}`);
    });
    return worker;
  }

  #replace(worker: Worker, cause: string): void {
    const nowMs = performance.now();
    this.#deathsMs = [...this.#deathsMs.filter((at) => nowMs - at < memoryMs), nowMs];
    const tooMany = Math.max(0, this.#deathsMs.length - this.#options.count);
    const delayMs = Math.min(restartMaxMs, restartMinMs * 2 ** tooMany);
    this.#options.report(
      `Processus LDAP ${worker.process.pid ?? 0} arrêté (${cause}) ; remplacé dans ${(delayMs / 1_000).toLocaleString('fr-FR')} s.`,
    );
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#isStopping) this.#startAnew();
    }, delayMs);
    this.#timers.add(timer);
  }

  #startAnew(): void {
    const worker = this.#fork();
    const tell = (): void => {
      this.#options.report(`Processus LDAP ${worker.process.pid ?? 0} en service.`);
    };
    // One that fails is told, and replaced, when it ends.
    firstReport(worker).then(tell, () => undefined);
  }
}

function firstReport(worker: Worker): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      reject(new AppError('PROCESSUS_ARRETE', "Le processus LDAP s'est arrêté au démarrage."));
    };
    worker.once('exit', onExit);
    worker.on('message', (message: WorkerReport<unknown>) => {
      if (message.kind === 'line') return;
      worker.off('exit', onExit);
      if (message.kind === 'listening') resolve(message.places);
      else reject(new AppError(message.code, message.message));
    });
  });
}
