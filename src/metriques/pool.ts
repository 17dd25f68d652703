// What a process tells of its connections to the database.
import type { Pool } from '../db/pool.js';
import { famille, simple, type Famille } from './famille.js';

export class MesurePool {
  readonly #pool: Pool;
  #perdues = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
    pool.on('error', () => (this.#perdues += 1));
  }

  lire(): Famille[] {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return [
      famille('annuaire_sync_base_connexions', [
        [{ etat: 'ouvertes' }, totalCount],
        [{ etat: 'libres' }, idleCount],
        [{ etat: 'attente' }, waitingCount],
      ]),
      simple('annuaire_sync_base_erreurs_total', this.#perdues),
    ];
  }
}
