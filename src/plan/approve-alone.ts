// What the settings approve without a person.
import { auteurAutomatique } from '../domain/auteur.js';
import { retient, type GardePassee } from '../domain/plan.js';
import type { Db } from '../db/pool.js';
import { approveAlone, countChosen, insertDecision } from '../store/plan-decision.js';
import type { PlanSettings } from './settings.js';

/** A guard stops it as it stops a person; with four eyes, no setting counts as one of the two. */
export async function approveAutomatically(
  db: Db,
  planId: number,
  gardes: readonly GardePassee[],
  { approbation, quatreYeux }: PlanSettings,
  now: Date,
): Promise<number> {
  if (approbation.length === 0) return 0;
  const domaines = new Set((await countChosen(db, planId, {})).map(({ domaine }) => domaine));
  const retenus = [...domaines].filter((domaine) =>
    gardes.some((garde) => retient(garde, domaine)),
  );
  const decision = { auteur: auteurAutomatique, le: now };
  const nombre = await approveAlone(db, planId, approbation, retenus, decision, quatreYeux);
  if (nombre > 0) {
    await insertDecision(db, {
      ...decision,
      planId,
      action: 'approve',
      filtre: { approbation },
      raison: undefined,
      nombre,
    });
  }
  return nombre;
}
