// A decision in two steps: its effect is shown, then it is confirmed; in between, nothing may have changed.
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import type { ChoixOperations, DifferencePlan, EffetPlan, EffetVu } from '../domain/choix-plan.js';
import { RefusedError, UsageError } from '../errors.js';
import { listArrived, listDecisionsOfForm, listGone } from '../store/plan-effet.js';
import { findPlanInForce, type Plan } from '../store/plan.js';
import { approveInForce, rejectInForce, type ApproveResult, type RejectResult } from './decide.js';
import { predict, type Intention } from './effet.js';
import { decideInForce } from './en-vigueur.js';
import type { PlanSettings } from './settings.js';
import { isOvertaken, readMonde, type Monde } from './world.js';

export type Prevision =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'prevu';
      readonly plan: Plan;
      readonly effet: EffetPlan;
      /** French: why this plan cannot be decided on any more. */
      readonly depasse: string | undefined;
      /** Since `vu`, when it was given and something changed. */
      readonly difference: DifferencePlan | undefined;
    };

/** The effect, read at once and without a lock: nobody waits for a page. */
export function foresee(
  pool: Pool,
  settings: PlanSettings,
  intention: Intention,
  vu: EffetVu | undefined,
): Promise<Prevision> {
  return transaction(pool, async (client): Promise<Prevision> => {
    await client.query('set transaction isolation level repeatable read read only');
    const plan = await findPlanInForce(client);
    if (!plan) return { kind: 'absent' };
    const effet = await predict(client, settings, plan, intention);
    const isChanged = vu !== undefined && vu.empreinte !== effet.vu.empreinte;
    return {
      kind: 'prevu',
      plan,
      effet,
      depasse: await findOvertaking(client, settings, plan, intention.now),
      difference: isChanged ? await compare(client, intention.choix, vu, effet.vu) : undefined,
    };
  });
}

export async function findOvertaking(
  client: Client,
  settings: PlanSettings,
  plan: Plan,
  now: Date,
): Promise<string | undefined> {
  try {
    const monde = await readMonde(client, settings, now);
    return (await isOvertaken(client, plan, monde))
      ? 'Un rapprochement, une source, un réglage ou une décision a changé depuis son calcul.'
      : undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
}

export type Confirmation = Intention & {
  readonly vu: EffetVu;
  /** Of the form: sent twice, it decides once. */
  readonly cle: string;
  /** Why: of a rejection, of a lifting. */
  readonly raison: string | undefined;
  /** The last statement of the transaction of a decision that was made. */
  readonly tracer?: (client: Client, faite: DecisionFaite) => Promise<void>;
};

export type DecisionFaite =
  | { readonly kind: 'approuvee'; readonly result: ApproveResult }
  | { readonly kind: 'ecartee'; readonly result: RejectResult };

export type Issue =
  | DecisionFaite
  | {
      readonly kind: 'deja-faite';
      readonly planId: number;
      readonly auteur: string;
      readonly le: Date;
      readonly nombre: number;
    }
  | {
      readonly kind: 'changee';
      readonly plan: Plan;
      readonly effet: EffetPlan;
      readonly difference: DifferencePlan;
    }
  | { readonly kind: 'overtaken'; readonly plan: Plan }
  | { readonly kind: 'absent' }
  | { readonly kind: 'busy' };

/**
 * @throws UsageError `RAISON`: a rejection or a lifting without a reason; RefusedError `PLAN_BLOQUE` and those of
 * `readMonde`. Nothing is changed then.
 */
export async function confirm(
  pool: Pool,
  settings: PlanSettings,
  confirmation: Confirmation,
): Promise<Issue> {
  assertReason(confirmation);
  const done = await decideInForce<Issue>(pool, settings, confirmation.now, {
    before: (client) => findDone(client, confirmation),
    decide: async (client, plan, monde) => {
      const effet = await predict(client, settings, plan, confirmation);
      if (effet.vu.empreinte !== confirmation.vu.empreinte) {
        const { choix, vu } = confirmation;
        const difference = await compare(client, choix, vu, effet.vu);
        return { kind: 'changee', plan, effet, difference };
      }
      const faite = await decide(client, settings, plan, monde, confirmation);
      await confirmation.tracer?.(client, faite);
      return faite;
    },
  });
  return done.kind === 'decided' ? done.value : done;
}

async function decide(
  client: Client,
  settings: PlanSettings,
  plan: Plan,
  monde: Monde,
  { action, auteur, now, cle, raison, isOverride, choix }: Confirmation,
): Promise<DecisionFaite> {
  if (action === 'reject') {
    const options = { auteur, now, cle, raison, choix: choix ?? {} };
    return { kind: 'ecartee', result: await rejectInForce(client, plan, options) };
  }
  const options = { auteur, now, cle, choix, override: isOverride ? raison : undefined };
  return {
    kind: 'approuvee',
    result: await approveInForce(client, plan, monde, settings, options),
  };
}

function assertReason({ action, isOverride, choix, raison }: Confirmation): void {
  const isNeeded = action !== 'approve' || isOverride;
  if (isNeeded && raison === undefined) {
    throw new UsageError('RAISON', 'Dites pourquoi : la raison est gardée avec votre nom.');
  }
  if (action !== 'override' && choix === undefined) {
    throw new UsageError('CHOIX', 'Choisissez des opérations.');
  }
}

async function findDone(client: Client, { vu, cle }: Confirmation): Promise<Issue | undefined> {
  const made = await listDecisionsOfForm(client, vu.planId, cle);
  const last = made.at(-1);
  if (!last) return undefined;
  return {
    kind: 'deja-faite',
    planId: last.planId,
    auteur: last.author,
    le: last.decidedAt,
    nombre: last.nombre,
  };
}

const exemplesMax = 20;

async function compare(
  client: Client,
  choix: ChoixOperations | undefined,
  avant: EffetVu,
  apres: EffetVu,
): Promise<DifferencePlan> {
  const base = {
    planAvant: avant.planId,
    planApres: apres.planId,
    avant: avant.comptes,
    apres: apres.comptes,
  };
  if (!choix) {
    const none = { nombre: 0, exemples: [] };
    return { ...base, venues: none, parties: none };
  }
  const venues = await listArrived(client, apres.planId, choix, avant.idMax, exemplesMax);
  const parties = await listGone(client, avant.planId, choix, avant.idMax, avant.le, exemplesMax);
  const restees = sum(apres.comptes) - venues.nombre;
  const nombre = Math.max(sum(avant.comptes) - restees, parties.length);
  return { ...base, venues, parties: { nombre, exemples: parties } };
}

function sum({ insert, replace, delete: deleted }: EffetVu['comptes']): number {
  return insert + replace + deleted;
}
