// What the cycle needs to know; the composition root fills it from the settings file.
import type { ReglagesCycle } from '../domain/cycle-inactivite.js';

export type HygieneSettings = ReglagesCycle & {
  /** Domains that the opérateur declares. */
  readonly domaines: readonly string[];
  /** Where a holder writes to; told in the notices. */
  readonly contact: string | undefined;
  /** Other PER of the same holder that get his notices too; 0: none. */
  readonly autresBalMax: number;
  /** Notices queued in one run, of inactivity and of quota each. */
  readonly avisParPassageMax: number;
  /** Names of the sources of the inventory. */
  readonly inventaires: readonly string[];
  readonly inventaireAgeMaxHeures: number;
  /** Share of the PER without a date of authentication beyond which dates are held to be missing. */
  readonly sansDatePartMax: number;
  /** Points of the share of PER with a date, lost since the last run, beyond which dates are held to be lost. */
  readonly datesPerduesPartMax: number;
  readonly gardes: GardesSuppression;
  readonly quota: {
    readonly actif: boolean;
    /** At 100 %, when the BAL itself receives nothing any more. */
    readonly administrateur: string | undefined;
  };
  /** The address by which a holder objects; undefined: nobody can, so nobody is told. */
  readonly lienOpposition: ((casId: number, expireLe: Date) => string) | undefined;
};

export type GardesSuppression = {
  readonly suppressionsMax: number;
  /** Of the PER in service. */
  readonly suppressionsPartMax: number;
  /** Up to as many, the share is not looked at. */
  readonly suppressionsPlancher: number;
  /** Both count what was decided in the last hours too. */
  readonly fenetreHeures: number;
};
