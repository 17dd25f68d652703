// Tells the programs of the opérateur that a plan waits for a person.
import type { NouvelEvenement } from '../domain/evenement.js';
import type { Db } from '../db/pool.js';
import { publishEvenement } from '../store/evenement.js';
import { findPlanInForce } from '../store/feed-queue.js';
import type { Plan } from '../store/plan.js';

/** In the transaction that made the plan; a plan that leaves nothing to decide is not announced. */
export async function annoncerPlan(db: Db, plan: Plan, now: Date): Promise<void> {
  const inForce = await findPlanInForce(db);
  if (!inForce || (plan.etat === 'ouvert' && inForce.plannedCount === 0)) return;
  await publishEvenement(db, evenementOf(plan, inForce.plannedCount), now);
}

function evenementOf(plan: Plan, aDecider: number): NouvelEvenement {
  const donnees = {
    plan: plan.id,
    aDecider,
    ajouts: plan.insertCount,
    remplacements: plan.replaceCount,
    suppressions: plan.deleteCount,
    retenues: plan.retenueCount,
  };
  if (plan.etat !== 'bloque') {
    return { type: 'plan.en-attente', cle: `plan.en-attente:${plan.id}`, donnees };
  }
  const gardes = plan.gardes.map(({ garde, domaine, limite, valeur, message }) => ({
    garde,
    domaine: domaine ?? null,
    limite,
    valeur,
    message,
  }));
  return { type: 'plan.bloque', cle: `plan.bloque:${plan.id}`, donnees: { ...donnees, gardes } };
}
