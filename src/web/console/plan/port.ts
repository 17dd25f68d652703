// What the pages of the plan need of it: the program that builds both gives them the real one (plan/confirmer).
import type {
  ActionPlan,
  ChoixOperations,
  DifferencePlan,
  EffetPlan,
  EffetVu,
} from '../../../domain/choix-plan.js';
import type { GardePassee } from '../../../domain/plan.js';
import type { Client } from '../../../db/pool.js';
import type { CompteOperations, CompteRetenues } from '../../../store/plan-operation.js';
import type { Plan } from '../../../store/plan.js';

export type IntentionPlan = {
  readonly action: ActionPlan;
  readonly choix: ChoixOperations | undefined;
  readonly isOverride: boolean;
  readonly auteur: string;
};

export type PrevisionPlan =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'prevu';
      readonly plan: Plan;
      readonly effet: EffetPlan;
      /** French: why this plan cannot be decided on any more. */
      readonly depasse: string | undefined;
      readonly difference: DifferencePlan | undefined;
    };

export type ConfirmationPlan = IntentionPlan & {
  readonly vu: EffetVu;
  readonly cle: string;
  readonly raison: string | undefined;
  /** The last statement of the transaction of a decision that was made. */
  readonly tracer: (client: Client, issue: DecisionFaite) => Promise<void>;
};

export type DecisionFaite =
  | {
      readonly kind: 'approuvee';
      readonly result: {
        readonly planId: number;
        readonly approuvees: number;
        readonly premieres: number;
        readonly dejaVues: number;
        readonly gardesLevees: readonly GardePassee[];
        readonly reprises: ReadonlyMap<string, string>;
      };
    }
  | {
      readonly kind: 'ecartee';
      readonly result: { readonly planId: number; readonly ecartees: number };
    };

export type IssuePlan =
  | DecisionFaite
  | {
      readonly kind: 'deja-faite';
      readonly planId: number;
      readonly auteur: string;
      readonly le: Date;
      readonly nombre: number;
    }
  /** Nothing was decided, for each of those that follow. */
  | { readonly kind: 'changee'; readonly plan: Plan }
  | { readonly kind: 'overtaken'; readonly plan: Plan }
  | { readonly kind: 'absent' }
  | { readonly kind: 'busy' }
  /** By a guard, or by sources that allow no plan; French. */
  | { readonly kind: 'refusee'; readonly code: string; readonly message: string };

export type EtatCalcul =
  | { readonly kind: 'repos' }
  | { readonly kind: 'en-cours'; readonly depuis: Date }
  /** Of the last one asked for here; French. */
  | { readonly kind: 'echec'; readonly message: string };

export type ResumePlan = {
  readonly operations: readonly CompteOperations[];
  readonly retenues: readonly CompteRetenues[];
  /** Approvals that this plan overtook: they will not be sent. */
  readonly approbationsDepassees: number;
};

export type PlanPort = {
  findPlan(): Promise<Plan | undefined>;
  /** Exact for what waits for a decision; what is on its way may be some seconds old. */
  summarize(plan: Plan): Promise<ResumePlan>;
  /** French: why the plan in force cannot be decided on any more. */
  findOvertaking(plan: Plan): Promise<string | undefined>;
  /** `vu`: what was shown before; the difference is told when there is one. */
  foresee(intention: IntentionPlan, vu: EffetVu | undefined): Promise<PrevisionPlan>;
  confirm(confirmation: ConfirmationPlan): Promise<IssuePlan>;
  /** Begins to compute the plan again unless it is under way; answers when it is done, at the latest after a few seconds. */
  compute(): Promise<EtatCalcul>;
  etatCalcul(): EtatCalcul;
  readonly quatreYeux: boolean;
};
