// Who acts in the console, as decisions and the trail keep it.
import type { FastifyRequest } from 'fastify';
import { nommerAuteur } from '../../domain/auteur.js';
import type { AuteurTrace, PosteTrace } from '../../domain/trace.js';
import { posteOf } from '../espace/poste.js';
import type { Acteur } from './console.js';

/**
 * The name of a decision. A local account is known by its name; whoever comes from an identity provider, by the name and the
 * subject that it gives: a terminal where the same person is known by one of them makes no second person of him.
 */
export function auteurDe({ nom, sujet, moyen }: Acteur): string {
  const compte = sujet.slice(sujet.indexOf(':') + 1);
  return nommerAuteur({ nom, compte: moyen === 'local' ? nom : compte });
}

export type ActeConsole = {
  readonly auteur: AuteurTrace;
  readonly poste: PosteTrace;
  readonly correlation: string;
};

export function acteDe(acteur: Acteur, request: FastifyRequest): ActeConsole {
  return {
    auteur: { genre: 'personne', id: acteur.sujet, nom: acteur.nom },
    poste: posteOf(request),
    correlation: request.id,
  };
}
