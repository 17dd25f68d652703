// What a purge needs to know; the composition root fills it from the settings file.
import type { DureesConservation } from '../domain/conservation.js';

export type PurgeSettings = {
  readonly jours: DureesConservation;
  readonly gardes: {
    /** Share of the live rows of a table that one run may take. */
    readonly partMax: number;
    /** Up to as many rows, the share is not looked at. */
    readonly plancher: number;
    readonly horlogeEcartMaxSecondes: number;
    readonly silenceMaxJours: number;
  };
  /** Pages of 8 KiB of one batch. */
  readonly lotPages: number;
  /** Events of mailboxes older than this are refused; younger ones must be known. */
  readonly evenementJoursMax: number;
  /** Absolute folders whose old files go. */
  readonly dossiers: readonly string[];
};
