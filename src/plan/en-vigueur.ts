// The plan in force, held while a decision is taken on it.
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { findPlanInForce, lockFeed, type Plan } from '../store/plan.js';
import type { PlanSettings } from './settings.js';
import { isOvertaken, readMonde, type Monde } from './world.js';

export type SurLePlan<T> =
  | { readonly kind: 'decided'; readonly value: T }
  /** The world has overtaken it: nothing was decided. */
  | { readonly kind: 'overtaken'; readonly plan: Plan }
  | { readonly kind: 'absent' }
  /** Another process computes a plan, or decides on it. */
  | { readonly kind: 'busy' };

export type DecideInForce<T> = {
  /** Looked at first, whatever the world has become; a value ends it there. */
  readonly before?: (client: Client, plan: Plan) => Promise<T | undefined>;
  readonly decide: (client: Client, plan: Plan, monde: Monde) => Promise<T>;
};

/** @throws RefusedError what `readMonde` says: the sources do not allow a plan at all. */
export async function decideInForce<T>(
  pool: Pool,
  settings: PlanSettings,
  now: Date,
  { before, decide }: DecideInForce<T>,
): Promise<SurLePlan<T>> {
  const locked = await withAdvisoryLock(pool, 'plan', () =>
    transaction(pool, async (client): Promise<SurLePlan<T>> => {
      await lockFeed(client);
      const plan = await findPlanInForce(client);
      if (!plan) return { kind: 'absent' };
      const settled = await before?.(client, plan);
      if (settled !== undefined) return { kind: 'decided', value: settled };
      const monde = await readMonde(client, settings, now);
      if (await isOvertaken(client, plan, monde)) return { kind: 'overtaken', plan };
      return { kind: 'decided', value: await decide(client, plan, monde) };
    }),
  );
  return locked.kind === 'busy' ? locked : locked.value;
}
