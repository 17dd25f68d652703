// Who and what exists, whether something is carried there or not.
import type { Db } from '../db/pool.js';
import {
  isProfessionnelConnu,
  listLieuxExercice,
  type LieuExercice,
} from '../store/simulateur-structures.js';
import { Cache } from './cache.js';
import type { Etat } from './etat.js';
import { rppsDe, structureDe, type ClePorteur } from './porteur.js';
import type { Organisation, Structures } from './structures.js';

const cacheMax = 50_000;

export class Annuaire {
  readonly structures: Structures;
  readonly #db: Db;
  readonly #etat: Etat;
  readonly #professionnels = new Cache<object>(cacheMax);
  readonly #lieux = new Cache<readonly LieuExercice[]>(cacheMax);

  constructor(db: Db, etat: Etat, structures: Structures) {
    this.#db = db;
    this.#etat = etat;
    this.structures = structures;
  }

  async existe(cle: ClePorteur): Promise<boolean> {
    if (this.#etat.balsDe(cle) !== undefined) return true;
    const rpps = rppsDe(cle);
    const structure = structureDe(cle);
    if (structure === undefined) return rpps !== undefined && this.#isProfessionnel(rpps);
    const [organisation] = await this.structures.find(structure);
    if (organisation?.cle !== structure) return false;
    return rpps === undefined || this.#isExercice(rpps, organisation);
  }

  async #isProfessionnel(rpps: string): Promise<boolean> {
    if (this.#professionnels.get(rpps)) return true;
    const isConnu = await isProfessionnelConnu(this.#db, rpps);
    if (isConnu) this.#professionnels.set(rpps, {});
    return isConnu;
  }

  async #isExercice(rpps: string, organisation: Organisation): Promise<boolean> {
    let lieux = this.#lieux.get(rpps);
    if (!lieux) {
      lieux = await listLieuxExercice(this.#db, rpps);
      if (lieux.length > 0) this.#lieux.set(rpps, lieux);
    }
    return lieux.some((lieu) => isMemeStructure(lieu, organisation));
  }
}

/** The EJ counts too: the ANS attaches some activities to it. */
function isMemeStructure(lieu: LieuExercice, { cle, finess, siret }: Organisation): boolean {
  const { finessSite, finessEj, technique, ancien } = lieu;
  return (
    (finess !== undefined && (finess === finessSite || finess === finessEj)) ||
    (siret !== undefined && siret === lieu.siret) ||
    (/^[04]/u.test(cle) &&
      (technique === `R${cle.slice(1)}` || technique === cle.slice(1) || ancien === cle))
  );
}
