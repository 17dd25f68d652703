// Looks again for what a run said was gone: the proof, done once more, by whoever reads it.
import type { Db } from '../db/pool.js';
import { cibles } from '../store/purge/cibles.js';
import { countCible, existe } from '../store/purge/lot.js';
import type { ComptePurge } from '../store/purge/passage.js';

export type Reverification = {
  readonly cible: string;
  /** Rows older than the boundary of the run, now; undefined: this version cannot tell. */
  readonly restants: number | undefined;
};

export async function reverifier(
  db: Db,
  comptes: readonly ComptePurge[],
): Promise<Reverification[]> {
  const found: Reverification[] = [];
  for (const { cible: nom, avant } of comptes) {
    const cible = cibles.find((connue) => connue.nom === nom);
    const estLisible = cible !== undefined && (await existe(db, cible));
    found.push({
      cible: nom,
      restants: estLisible ? (await countCible(db, cible, avant)).aTerme : undefined,
    });
  }
  return found;
}
