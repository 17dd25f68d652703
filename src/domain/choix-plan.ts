// What a decision on a plan takes, and what it would do: computed before it is taken, compared when it is.
import type { KindOperation, MotifOperation } from './feed-operation.js';
import type { GardePassee } from './plan.js';

/** Operations waiting for a decision; what is not given does not choose. */
export type ChoixOperations = {
  readonly domaine?: string | undefined;
  readonly kind?: KindOperation | undefined;
  readonly motif?: MotifOperation | undefined;
  readonly adresse?: string | undefined;
  /** Numbers of feed_operation. */
  readonly operations?: readonly string[] | undefined;
};

/** `override` alone lifts the guards and approves nothing. */
export const actionsPlan = ['approve', 'reject', 'override'] as const;
export type ActionPlan = (typeof actionsPlan)[number];

export type ComptesParKind = Readonly<Record<KindOperation, number>>;

export type LigneEffet = {
  readonly domaine: string;
  readonly kind: KindOperation;
  /** Taken by the choice: the sum of the three that follow when they are approved. */
  readonly nombre: number;
  /** Would leave with the next « push ». */
  readonly approuvees: number;
  /** Would wait for a second person. */
  readonly premieres: number;
  /** This person approved them before: they wait for somebody else, nothing would change. */
  readonly dejaVues: number;
};

/** What a page showed: a decision brings it back, and is refused when it is no longer so. */
export type EffetVu = {
  readonly planId: number;
  /** Of everything that was shown: operations, guards, second persons. */
  readonly empreinte: string;
  /** The highest number among the operations shown; '0' when there was none. */
  readonly idMax: string;
  readonly comptes: ComptesParKind;
  readonly le: Date;
};

export type EffetPlan = {
  readonly action: ActionPlan;
  readonly lignes: readonly LigneEffet[];
  /** Rejected before, taken up again by their numbers. */
  readonly reprises: number;
  /** Deletions taken whose creation is neither accepted, approved nor taken: they would wait for it. */
  readonly enAttente: number;
  /** Still in the way once everything is done: nothing would be decided. */
  readonly gardesQuiRetiennent: readonly GardePassee[];
  readonly gardesLevees: readonly GardePassee[];
  readonly vu: EffetVu;
};

export type OperationBreve = {
  readonly id: string;
  readonly kind: KindOperation;
  readonly domaine: string;
  readonly adresse: string;
  readonly motif: string;
};

/** What separates the effect that was shown from today's. */
export type DifferencePlan = {
  readonly planAvant: number;
  readonly planApres: number;
  readonly avant: ComptesParKind;
  readonly apres: ComptesParKind;
  readonly venues: { readonly nombre: number; readonly exemples: readonly OperationBreve[] };
  readonly parties: {
    readonly nombre: number;
    readonly exemples: readonly (OperationBreve & {
      readonly etat: string;
      readonly par: string | undefined;
    })[];
  };
};
