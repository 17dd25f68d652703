// Who and what exists, whether something is carried there or not.
import type { Db } from '../db/pool.js';
import {
  isProfessionnelKnown,
  listLieuxExercice,
  type LieuExercice,
} from '../store/simulator-structures.js';
import { Cache } from './cache.js';
import type { State } from './state.js';
import { rppsOf, structureOf, type PorteurKey } from './porteur.js';
import type { Organization, Structures } from './structures.js';

const cacheMax = 50_000;

export class Annuaire {
  readonly structures: Structures;
  readonly #db: Db;
  readonly #state: State;
  readonly #professionnels = new Cache<object>(cacheMax);
  readonly #lieux = new Cache<readonly LieuExercice[]>(cacheMax);

  constructor(db: Db, state: State, structures: Structures) {
    this.#db = db;
    this.#state = state;
    this.structures = structures;
  }

  async exists(key: PorteurKey): Promise<boolean> {
    if (this.#state.balsOf(key) !== undefined) return true;
    const rpps = rppsOf(key);
    const structure = structureOf(key);
    if (structure === undefined) return rpps !== undefined && this.#isProfessionnel(rpps);
    const [organization] = await this.structures.find(structure);
    if (organization?.key !== structure) return false;
    return rpps === undefined || this.#isExercice(rpps, organization);
  }

  async #isProfessionnel(rpps: string): Promise<boolean> {
    if (this.#professionnels.get(rpps)) return true;
    const isKnown = await isProfessionnelKnown(this.#db, rpps);
    if (isKnown) this.#professionnels.set(rpps, {});
    return isKnown;
  }

  async #isExercice(rpps: string, organization: Organization): Promise<boolean> {
    let lieux = this.#lieux.get(rpps);
    if (!lieux) {
      lieux = await listLieuxExercice(this.#db, rpps);
      if (lieux.length > 0) this.#lieux.set(rpps, lieux);
    }
    return lieux.some((lieu) => isSameStructure(lieu, organization));
  }
}

/** The EJ counts too: the ANS attaches some activities to it. */
function isSameStructure(lieu: LieuExercice, { key, finess, siret }: Organization): boolean {
  const { finessSite, finessEj, technique, ancien } = lieu;
  return (
    (finess !== undefined && (finess === finessSite || finess === finessEj)) ||
    (siret !== undefined && siret === lieu.siret) ||
    (/^[04]/u.test(key) &&
      (technique === `R${key.slice(1)}` || technique === key.slice(1) || ancien === key))
  );
}
