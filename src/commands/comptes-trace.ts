import { hostname } from 'node:os';
import type { Pool } from '../db/pool.js';
import type { ActionTracee, ContenuTrace } from '../domain/trace.js';
import { recordTrace } from '../store/journal.js';
import { authorOf, type CommandContext } from './context.js';

export type TraceCompte = {
  readonly action: ActionTracee;
  readonly nom: string;
  readonly requete?: ContenuTrace;
};

/** What was done to an account from this machine. */
export async function tracerCompte(
  { surroundings }: CommandContext,
  pool: Pool,
  { action, nom, requete }: TraceCompte,
): Promise<void> {
  const trace = {
    action,
    issue: 'reussite',
    auteur: { genre: 'personne', id: authorOf(surroundings) },
    objets: [{ genre: 'compte', id: nom }],
    poste: { adresse: hostname() },
    requete,
  } as const;
  await recordTrace(pool, trace, surroundings.now());
}
