// Reads what is in service, over and over, while a round does its worst: nobody may ever see half of a load.
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '../../src/db/pool.js';
import { poolOf } from './postgres.js';

export const watched = [
  'activite',
  'bal_annuaire',
  'bal_operateur',
  'identite',
  'constat',
] as const;
export type Watched = (typeof watched)[number];

/** Rows in service at one instant. */
export type Counts = Readonly<Record<Watched, number>>;

const everyMs = 60;

const countsSql = `select ${watched
  .map(
    (table) =>
      `(select count(*)::integer from ${table} where ${table === 'constat' ? 'closed_run_id' : 'gone_load_id'} is null) as ${table}`,
  )
  .join(', ')}`;

export class Witness {
  readonly #place: () => string;
  readonly seen = new Map<Watched, Map<number, number>>();
  readCount = 0;
  #isOver = false;
  #pool: Pool | undefined;
  readonly #watching: Promise<void>;

  constructor(place: () => string) {
    this.#place = place;
    this.#watching = this.#watch();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    await this.#pool?.end().catch(() => undefined);
  }

  /** Undefined while the database does not answer. */
  async look(): Promise<Counts | undefined> {
    try {
      this.#pool ??= poolOf(this.#place());
      const { rows } = await this.#pool.query<Counts>(countsSql);
      return rows[0];
    } catch {
      // Started again elsewhere, perhaps.
      await this.#pool?.end().catch(() => undefined);
      this.#pool = undefined;
      return undefined;
    }
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const counts = await this.look();
      if (counts) {
        this.readCount += 1;
        for (const table of watched) {
          const values = this.seen.get(table) ?? new Map<number, number>();
          values.set(counts[table], (values.get(counts[table]) ?? 0) + 1);
          this.seen.set(table, values);
        }
      }
      await delay(everyMs);
    }
  }
}
