// The feed in « status »: the plan in force, the queue, what waits for a person, whether anything may leave.
import type { Db } from '../db/pool.js';
import { feedStates, libellesEtat } from '../domain/feed-state.js';
import { findChannel } from '../store/feed-channel.js';
import {
  countStates,
  findPlanInForce,
  type PlanInForce,
  type StateCount,
} from '../store/feed-queue.js';
import { formatDate } from './format-date.js';
import { nombre } from './push-result.js';

export type FeedStatus = {
  readonly plan: PlanInForce | undefined;
  readonly operations: readonly StateCount[];
  readonly canal: {
    readonly arret:
      { readonly at: Date; readonly code: string; readonly message: string } | undefined;
    /** Only one that still lasts. */
    readonly pause: { readonly until: Date; readonly reason: string } | undefined;
  };
};

export async function readFeedStatus(db: Db, now: Date): Promise<FeedStatus> {
  const { stop, pausedUntil, pauseReason } = await findChannel(db);
  return {
    plan: await findPlanInForce(db),
    operations: await countStates(db),
    canal: {
      arret: stop,
      pause:
        pausedUntil && pausedUntil > now ? { until: pausedUntil, reason: pauseReason } : undefined,
    },
  };
}

/** No line before the first plan. */
export function describeFeedStatus({ plan, operations, canal }: FeedStatus): string[] {
  if (!plan && operations.length === 0 && !canal.arret && !canal.pause) return [];
  const ofState = new Map(operations.map((one) => [one.state, one]));
  const approved = ofState.get('approved');
  const counts = feedStates.flatMap((state) => {
    const found = ofState.get(state);
    return found ? [`${nombre(found.count)} ${libellesEtat[state]}`] : [];
  });
  const stuck = (ofState.get('dead')?.count ?? 0) + (ofState.get('held')?.count ?? 0);
  return [
    ...(plan ? [describePlan(plan)] : []),
    ...(counts.length > 0 ? [`${stuck > 0 ? '!' : '✓'} alimentation : ${counts.join(', ')}`] : []),
    ...(stuck > 0
      ? [`    ${nombre(stuck)} refusées ou retenues : « annuaire-sync push status » dit pourquoi`]
      : []),
    ...(approved
      ? [`    la plus ancienne approuvée attend depuis le ${formatDate(approved.oldestAt)}`]
      : []),
    ...(canal.arret
      ? [
          `! canal arrêté le ${formatDate(canal.arret.at)} (${canal.arret.code}) : ${canal.arret.message}`,
        ]
      : []),
    ...(canal.pause
      ? [`! canal en pause jusqu’au ${formatDate(canal.pause.until)} : ${canal.pause.reason}`]
      : []),
  ];
}

function describePlan({ id, etat, plannedCount }: PlanInForce): string {
  if (etat === 'bloque') {
    return `! plan n° ${id} : bloqué par une garde, ${nombre(plannedCount)} opérations à décider (« annuaire-sync plan show »)`;
  }
  return plannedCount > 0
    ? `✓ plan n° ${id} : ${nombre(plannedCount)} opérations à décider (« annuaire-sync plan show »)`
    : `✓ plan n° ${id} : rien à décider`;
}
