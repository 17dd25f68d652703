// What a plan depends on besides the data.
import { createHash } from 'node:crypto';
import type { KindOperation } from '../domain/feed-operation.js';
import type { MotifPlan } from '../domain/plan.js';

export type ReglagesGardes = {
  readonly suppressionsMax: number;
  /** Share of what is published. */
  readonly suppressionsPartMax: number;
  readonly domaineSuppressionsMax: number;
  readonly domaineSuppressionsPartMax: number;
  /** Up to this many deletions, shares are not looked at. */
  readonly suppressionsPlancher: number;
  readonly changementsMax: number;
  /** What was accepted this recently counts with what is proposed. */
  readonly fenetreHeures: number;
  /** BAL. */
  readonly inventaireMin: number;
  readonly inventaireAgeMaxHeures: number;
  /** Lines rejected above which a BAL absent from the inventory may be one of them. */
  readonly inventaireRejetsMax: number;
};

export type PlanSettings = {
  /** Ours, lower-cased: nothing is planned elsewhere. */
  readonly domaines: readonly string[];
  /** Names of the sources of the inventory. */
  readonly inventaires: readonly string[];
  /** Regular expression (PostgreSQL's) of an address that the Annuaire accepts. */
  readonly motifAdresse: string;
  readonly premierPlan: 'presumer' | 'publier';
  /** Kinds and reasons that nobody needs to approve. */
  readonly approbation: readonly (KindOperation | MotifPlan)[];
  readonly quatreYeux: boolean;
  readonly gardes: ReglagesGardes;
  readonly fraicheurMaxHeures: { readonly bals: number; readonly listeBlanche: number };
};

// Raise it when the same data would give another plan.
const revision = 1;

/** Tells whether two plans were computed by the same rules; independent of the order of the domains. */
export function fingerprintSettings(settings: PlanSettings): string {
  const { domaines, inventaires, approbation, ...others } = settings;
  return createHash('sha256')
    .update(
      JSON.stringify([
        revision,
        [...domaines].sort(),
        [...inventaires].sort(),
        [...approbation].sort(),
        others,
      ]),
    )
    .digest('hex');
}
