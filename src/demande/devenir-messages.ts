// What becomes of the messages of a BAL that is deleted.
import { echeanceDemande } from '../domain/demande.js';
import type { DevenirMessages } from './settings.js';

/** By when they are erased at the latest; undefined when the opérateur gave no delay. */
export function dateDevenirMessages(
  { effacesApresJours }: DevenirMessages,
  accepteeLe: Date,
): Date | undefined {
  return effacesApresJours === undefined
    ? undefined
    : echeanceDemande(accepteeLe, effacesApresJours);
}
