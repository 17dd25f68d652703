// What the journal keeps of a decision on the plan.
import { computePlan, type Computed } from '../plan/compute.js';
import type { ApproveResult, RejectResult } from '../plan/decide.js';
import type { ChoixOperations } from '../domain/choix-plan.js';
import type { CompteChoisi } from '../store/plan-decision.js';
import type { CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import { planSettings } from './source-settings.js';
import { tracer, type ActionCommande, type SuiteCommande } from './tracer.js';

/** A plan that still stands is no run: nothing is traced. */
export function computePlanTraced(
  { surroundings }: CommandContext,
  { pool, settings, progress }: OpenProgram,
  options: { readonly now: Date; readonly isForced: boolean },
): Promise<Computed> {
  const { signal } = surroundings;
  return tracer(
    { pool, surroundings },
    { action: 'plan.calcul', genre: 'programme', requete: { force: options.isForced } },
    () => computePlan(pool, planSettings(settings), { ...options, signal }, progress),
    ({ isNew, plan }) =>
      isNew ? { objets: planOf(plan.id), reponse: { etat: plan.etat } } : undefined,
  );
}

type Decision = {
  readonly auteur: string;
  readonly planId: number | undefined;
  readonly choix: ChoixOperations | undefined;
  readonly override?: string | undefined;
  readonly raison?: string | undefined;
};

// The decision itself keeps all of them.
const operationsMax = 200;

export function traceOfRequest(
  action: 'plan.approbation' | 'plan.levee' | 'plan.rejet',
  { auteur, planId, choix, override, raison }: Decision,
): ActionCommande {
  const operations = choix?.operations;
  return {
    action,
    auteur,
    objets: [
      ...(choix?.adresse === undefined ? [] : [{ genre: 'bal' as const, id: choix.adresse }]),
      ...(choix?.domaine === undefined ? [] : [{ genre: 'domaine' as const, id: choix.domaine }]),
      ...(operations ?? []).map((id) => ({ genre: 'operation' as const, id })),
    ],
    requete: {
      plan: planId,
      choix: choix && { ...choix, operations: operations?.slice(0, operationsMax) },
      leveeDesGardes: override,
      raison,
    },
  };
}

export function traceOfApproval(result: ApproveResult): SuiteCommande {
  const { planId, approuvees, premieres, dejaVues, comptes, gardesLevees, reprises } = result;
  return {
    objets: planOf(planId),
    reponse: {
      approuvees,
      premieres,
      dejaVues,
      choisies: countsOf(comptes),
      gardesLevees: gardesLevees.map(({ garde }) => garde),
      reprises: reprises.size,
    },
  };
}

export function traceOfRejection({ planId, ecartees, comptes }: RejectResult): SuiteCommande {
  return { objets: planOf(planId), reponse: { ecartees, choisies: countsOf(comptes) } };
}

function planOf(id: number): SuiteCommande['objets'] & object {
  return [{ genre: 'plan', id: String(id) }];
}

// One for each kind, motive and domain: the first ones show what was meant.
const comptesMax = 30;

function countsOf(comptes: readonly CompteChoisi[]): readonly CompteChoisi[] {
  return comptes.slice(0, comptesMax);
}
