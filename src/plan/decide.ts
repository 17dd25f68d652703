// What a person decides on the plan in force: all of it, a part, one operation.
import type { ChoixOperations } from '../domain/choix-plan.js';
import { libellesKind, type GardePassee } from '../domain/plan.js';
import { kindsOperation, type KindOperation } from '../domain/feed-operation.js';
import type { Client, Pool } from '../db/pool.js';
import { AppError, RefusedError, UsageError } from '../errors.js';
import type { Progress } from '../progress.js';
import {
  approveChosen,
  countChosen,
  insertDecision,
  rejectChosen,
  takeUpRejected,
  type Approbations,
  type CompteChoisi,
} from '../store/plan-decision.js';
import { findPlan, type Plan } from '../store/plan.js';
import { computePlan } from './compute.js';
import { decideInForce } from './en-vigueur.js';
import { evaluateGuards } from './guards.js';
import { measure } from './measure.js';
import { addGuards, assertNotBlocked, overrule } from './passer-outre.js';
import type { PlanSettings } from './settings.js';
import type { Monde } from './world.js';

export type DecideOptions = {
  readonly now: Date;
  readonly auteur: string;
  /** The number that was read; another one in force is refused. */
  readonly planId?: number | undefined;
  /** Of the form that decides; kept with the decision. */
  readonly cle?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ApproveOptions = DecideOptions & {
  /** Undefined: only lifts the guards. */
  readonly choix: ChoixOperations | undefined;
  /** Lifts the guards, for the domain of the choice alone when it names one. */
  readonly override?: string | undefined;
};

export type ApproveResult = Approbations & {
  readonly planId: number;
  readonly comptes: readonly CompteChoisi[];
  readonly gardesLevees: readonly GardePassee[];
  /** Rejected before, taken up again: old number -> new number. */
  readonly reprises: ReadonlyMap<string, string>;
};

/**
 * @throws RefusedError `PLAN_BLOQUE`, `PLAN_DEPASSE`, `PLAN_REMPLACE`, `PLAN_ABSENT`; UsageError
 * `OPERATION_INCONNUE`. Nothing is changed then.
 */
export function approve(
  pool: Pool,
  settings: PlanSettings,
  options: ApproveOptions,
  progress: Progress,
): Promise<ApproveResult> {
  return decideOnPlan(pool, settings, options, progress, (client, plan, monde) =>
    approveInForce(client, plan, monde, settings, options),
  );
}

/** On the plan that `decideInForce` holds. */
export async function approveInForce(
  client: Client,
  plan: Plan,
  monde: Monde,
  settings: PlanSettings,
  options: ApproveOptions,
): Promise<ApproveResult> {
  const nommees = options.choix?.operations ?? [];
  const reprises = await takeUpRejected(client, plan.id, nommees, options.now);
  const mesures = await measure(client, plan.id, settings, monde, options.now);
  // The guards never saw what had been rejected.
  const passees =
    reprises.size === 0
      ? plan.gardes
      : addGuards(plan.gardes, evaluateGuards(mesures, settings.gardes));
  const gardes = await overrule(client, plan, passees, mesures.domaines, {
    auteur: options.auteur,
    now: options.now,
    override: options.override,
    domaine: options.choix?.domaine?.toLowerCase(),
    cle: options.cle,
  });
  const levees = gardes.filter((garde, index) => garde !== passees[index]);
  const empty = { approuvees: 0, premieres: 0, dejaVues: 0, reprises: new Map<string, string>() };
  const base = { planId: plan.id, gardesLevees: levees };
  if (!options.choix) return { ...base, ...empty, comptes: [] };
  const choix = followTakenUp(options.choix, reprises);
  const comptes = await countChosen(client, plan.id, choix);
  assertAllFound(choix, comptes);
  assertNotBlocked(gardes, comptes);
  const decision = { auteur: options.auteur, le: options.now };
  const made = await approveChosen(client, plan.id, choix, decision, settings.quatreYeux);
  const nombre = made.approuvees + made.premieres;
  if (nombre > 0) {
    await insertDecision(client, {
      ...decision,
      planId: plan.id,
      action: 'approve',
      filtre: { ...options.choix, approuvees: made.approuvees, premieres: made.premieres },
      raison: undefined,
      nombre,
      cle: options.cle,
    });
  }
  return { ...base, ...made, comptes, reprises };
}

export type RejectResult = {
  readonly planId: number;
  readonly ecartees: number;
  readonly comptes: readonly CompteChoisi[];
};

export type RejectOptions = DecideOptions & {
  readonly choix: ChoixOperations;
  readonly raison: string | undefined;
};

/** A guard does not stop a rejection. */
export function reject(
  pool: Pool,
  settings: PlanSettings,
  options: RejectOptions,
  progress: Progress,
): Promise<RejectResult> {
  return decideOnPlan(pool, settings, options, progress, (client, plan) =>
    rejectInForce(client, plan, options),
  );
}

/** On the plan that `decideInForce` holds. */
export async function rejectInForce(
  client: Client,
  plan: Plan,
  options: RejectOptions,
): Promise<RejectResult> {
  const comptes = await countChosen(client, plan.id, options.choix);
  assertAllFound(options.choix, comptes);
  const decision = { auteur: options.auteur, le: options.now };
  const ecartees = await rejectChosen(client, plan.id, options.choix, decision);
  if (ecartees > 0) {
    await insertDecision(client, {
      ...decision,
      planId: plan.id,
      action: 'reject',
      filtre: options.choix,
      raison: options.raison,
      nombre: ecartees,
      cle: options.cle,
    });
  }
  return { planId: plan.id, ecartees, comptes };
}

/** A plan that the world has overtaken is computed again and shown, never decided on blindly. */
async function decideOnPlan<T>(
  pool: Pool,
  settings: PlanSettings,
  options: DecideOptions,
  progress: Progress,
  decide: (client: Client, plan: Plan, monde: Monde) => Promise<T>,
): Promise<T> {
  const done = await decideInForce(pool, settings, options.now, {
    before: async (client, plan): Promise<T | undefined> => {
      await assertSamePlan(client, plan, options.planId);
      return undefined;
    },
    decide,
  });
  switch (done.kind) {
    case 'decided':
      return done.value;
    case 'absent':
      throw noPlan();
    case 'busy':
      throw new AppError(
        'PLAN_EN_COURS',
        'Un plan est en cours de calcul ou de décision sur cette base : attendez sa fin, puis relancez la commande.',
      );
    case 'overtaken':
      break;
  }
  const { plan } = await computePlan(pool, settings, options, progress);
  throw new RefusedError(
    'PLAN_DEPASSE',
    `Le plan n° ${done.plan.id} est dépassé : un rapprochement, une source, un réglage ou une décision a changé depuis. ` +
      `Il a été recalculé, rien n’a été décidé. ${difference(done.plan, plan)} ` +
      'Relisez-le (« annuaire-sync plan show »), puis décidez.',
  );
}

function noPlan(): RefusedError {
  return new RefusedError(
    'PLAN_ABSENT',
    'Aucun plan n’a encore été calculé : lancez « annuaire-sync plan show » et relisez-le avant de décider.',
  );
}

async function assertSamePlan(
  client: Client,
  plan: Plan,
  asked: number | undefined,
): Promise<void> {
  if (asked === undefined || asked === plan.id) return;
  const lu = await findPlan(client, asked);
  throw new RefusedError(
    'PLAN_REMPLACE',
    lu
      ? `Le plan n° ${asked} n’est plus en vigueur, rien n’a été décidé. ${difference(lu, plan)} Relisez-le (« annuaire-sync plan show »).`
      : `Il n’y a pas de plan n° ${asked} ; celui en vigueur est le n° ${plan.id}. Relisez-le (« annuaire-sync plan show »).`,
  );
}

function difference(before: Plan, after: Plan): string {
  return `Le plan n° ${before.id} proposait ${describeCounts(before)} ; le n° ${after.id} propose ${describeCounts(after)}.`;
}

function describeCounts(plan: Plan): string {
  const counts: Record<KindOperation, number> = {
    insert: plan.insertCount,
    replace: plan.replaceCount,
    delete: plan.deleteCount,
  };
  return kindsOperation
    .map((kind) => {
      const n = counts[kind];
      const { un, plusieurs } = libellesKind[kind];
      return `${n.toLocaleString('fr-FR')} ${n > 1 ? plusieurs : un}`;
    })
    .join(', ');
}

function followTakenUp(
  choix: ChoixOperations,
  reprises: ReadonlyMap<string, string>,
): ChoixOperations {
  const { operations } = choix;
  return operations === undefined
    ? choix
    : { ...choix, operations: operations.map((id) => reprises.get(id) ?? id) };
}

/** Numbers are a person's word on each operation: one that is not there must not be passed over in silence. */
function assertAllFound(choix: ChoixOperations, comptes: readonly CompteChoisi[]): void {
  if (choix.operations === undefined) return;
  const found = comptes.reduce((sum, { nombre }) => sum + nombre, 0);
  if (found === new Set(choix.operations).size) return;
  throw new UsageError(
    'OPERATION_INCONNUE',
    `Sur ${choix.operations.length} opérations nommées, ${found} attendent une décision dans le plan en vigueur et répondent aux autres filtres : ` +
      'rien n’a été décidé. Vérifiez les numéros avec « annuaire-sync plan show --detail ».',
  );
}
