// The metrics of one node: its own process, what the others of the node sent, the machine, the database.
import { exposer } from './exposition.js';
import type { Famille } from './famille.js';
import { parseFamilles } from './parse-familles.js';

export type SourceMetriques = () => readonly Famille[] | Promise<readonly Famille[]>;

export type MetriquesOptions = {
  /** Of this process, among those of its node. */
  readonly processus: string;
  /** Of this process. */
  readonly sources: readonly SourceMetriques[];
  /** The same for all: the database, the machine. */
  readonly communes: readonly SourceMetriques[];
};

/** A process that said nothing for so long is gone, and its figures with it. */
const silenceMaxMs = 30_000;

type Recues = { readonly atMs: number; readonly familles: readonly Famille[] };

export class Metriques {
  readonly #options: MetriquesOptions;
  readonly #recues = new Map<string, Recues>();

  constructor(options: MetriquesOptions) {
    this.#options = options;
  }

  /** What this process tells the others of its node. */
  locales(): Promise<readonly Famille[]> {
    return collecter(this.#options.sources);
  }

  /** `metriques`: what `locales` gave in another process. */
  recevoir(processus: string, metriques: unknown): void {
    this.#recues.set(processus, { atMs: performance.now(), familles: parseFamilles(metriques) });
  }

  /** In Prometheus's text format. */
  async exposer(): Promise<string> {
    const limitMs = performance.now() - silenceMaxMs;
    for (const [processus, { atMs }] of this.#recues) {
      if (atMs < limitMs) this.#recues.delete(processus);
    }
    const [communes, locales] = await Promise.all([
      collecter(this.#options.communes),
      this.locales(),
    ]);
    const recues = [...this.#recues].map(([nom, { familles }]) => [nom, familles] as const);
    return exposer(new Map([...recues, [this.#options.processus, locales]]), communes);
  }
}

async function collecter(sources: readonly SourceMetriques[]): Promise<readonly Famille[]> {
  const familles = await Promise.all(sources.map(async (source) => source()));
  return familles.flat();
}
