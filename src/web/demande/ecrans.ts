// The pages of the professionals about their BAL and their demandes; the sign-in is elsewhere.
import type { DemandesSettings } from '../../demande/settings.js';
import type { Pool } from '../../db/pool.js';
import { createAccueil } from './accueil.js';
import { createBals } from './bals.js';
import type { PageDemande } from './demande.js';
import { createDepot } from './depot.js';
import { createLienSuivi } from './lien-suivi.js';
import { createSuivi } from './suivi.js';

export type EcransOptions = {
  readonly pool: Pool;
  /** The ways in that are open. */
  readonly moyens: { readonly psc: boolean; readonly lien: boolean };
  readonly demandes: DemandesSettings;
  /** Signs the links. */
  readonly cle: Uint8Array;
  readonly now: () => Date;
};

export function createEcrans(options: EcransOptions): readonly PageDemande[] {
  return [
    createAccueil(options),
    createBals(options),
    createDepot(options),
    createSuivi(options),
    createLienSuivi(options),
  ];
}
