// The database as a scrape reads it: not more often than every few seconds, by one reader at a time, and never longer than it
// may take. Whatever happens to it, the rest is exposed.
import type { Pool } from '../db/pool.js';
import { simple, type Famille } from './famille.js';
import { lireBase, type Attentes } from './lecture-base.js';

export type BaseMesureeOptions = {
  /** Its own, of one connection: a busy service does not make the database look gone. */
  readonly pool: Pool;
  readonly attentes: Attentes;
  /** How long a look is good for. */
  readonly fraicheurMs: number;
  /** After which the database counts as gone. */
  readonly delaiMs: number;
  readonly now: () => Date;
};

type Lecture = { readonly atMs: number; readonly familles: readonly Famille[] };

export class BaseMesuree {
  readonly #options: BaseMesureeOptions;
  #derniere: Lecture | undefined;
  #enCours: Promise<readonly Famille[]> | undefined;

  constructor(options: BaseMesureeOptions) {
    this.#options = options;
  }

  /** Never throws. */
  async lire(): Promise<readonly Famille[]> {
    const { fraicheurMs, delaiMs } = this.#options;
    const derniere = this.#derniere;
    if (derniere && performance.now() - derniere.atMs < fraicheurMs) return derniere.familles;
    this.#enCours ??= this.#lire().finally(() => (this.#enCours = undefined));
    return withinMs(this.#enCours, delaiMs, injoignable);
  }

  async #lire(): Promise<readonly Famille[]> {
    const { pool, attentes, now } = this.#options;
    const startMs = performance.now();
    try {
      const lues = await lireBase(pool, attentes, now());
      const familles = [
        simple('annuaire_sync_base_joignable', 1),
        simple('annuaire_sync_base_lecture_duree_seconds', (performance.now() - startMs) / 1_000),
        ...lues,
      ];
      this.#derniere = { atMs: performance.now(), familles };
      return familles;
    } catch {
      // Why is told by whoever needs the database for more than figures.
      this.#derniere = undefined;
      return injoignable;
    }
  }
}

const injoignable: readonly Famille[] = [simple('annuaire_sync_base_joignable', 0)];

async function withinMs<T>(work: Promise<T>, ms: number, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve) => (timer = setTimeout(() => resolve(late), ms)));
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
