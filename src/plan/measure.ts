// The figures of a plan that its guards look at.
import type { Client } from '../db/pool.js';
import { countBalsUpTo, measurePlan } from '../store/plan-mesure.js';
import { debutDeFenetre, type Mesures } from './guards.js';
import type { PlanSettings } from './settings.js';
import type { Monde } from './world.js';

export async function measure(
  client: Client,
  planId: number,
  { domaines, gardes }: PlanSettings,
  monde: Monde,
  now: Date,
): Promise<Mesures> {
  return {
    inventaireBals: await countBalsUpTo(client, gardes.inventaireMin),
    inventaire: monde.inventaire,
    annuaire: monde.bals,
    domaines: await measurePlan(client, planId, domaines, debutDeFenetre(now, gardes)),
  };
}
