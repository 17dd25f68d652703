// What is done to an account from this machine.
import type { Pool } from '../db/pool.js';
import type { ActionTracee, ContenuTrace } from '../domain/trace.js';
import type { CommandContext } from './context.js';
import { tracer } from './tracer.js';

export type TraceCompte = {
  readonly action: ActionTracee;
  readonly nom: string;
  readonly requete?: ContenuTrace;
};

/** A refusal too is traced: an unknown name, one that is taken. */
export function tracerCompte<T>(
  { surroundings }: CommandContext,
  pool: Pool,
  { action, nom, requete }: TraceCompte,
  work: () => Promise<T>,
  reponseOf?: (result: T) => ContenuTrace,
): Promise<T> {
  return tracer(
    { pool, surroundings },
    { action, objets: [{ genre: 'compte', id: nom }], ...(requete && { requete }) },
    work,
    (result) => (reponseOf ? { reponse: reponseOf(result) } : {}),
  );
}
