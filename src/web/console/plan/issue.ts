// What came of a decision on the plan, in the words of its page.
import { instantEnFrancais } from '../../../domain/paris-time.js';
import { raisonMax, raisonMin } from '../../../domain/raison.js';
import type { IssuePlan } from './port.js';
import type { Refus } from './vue-effet.js';
import { nombre } from './vues.js';

export const sansRaison: Refus = {
  titre: 'Dites pourquoi',
  message: `Une raison de ${raisonMin} à ${nombre(raisonMax)} caractères est attendue : elle est gardée avec votre nom.`,
  champ: 'raison',
};

export type Refusee = Extract<IssuePlan, { kind: 'changee' | 'overtaken' | 'busy' | 'refusee' }>;

export function refusOf(issue: Refusee): Refus {
  switch (issue.kind) {
    case 'changee':
      return {
        titre: 'Le plan a changé : rien n’a été décidé',
        message:
          'Ce que vous avez vu n’est plus ce qui serait fait. Relisez la différence et le nouvel effet, puis confirmez de nouveau si c’est bien ce que vous voulez.',
      };
    case 'overtaken':
      return {
        titre: 'Le plan est dépassé : rien n’a été décidé',
        message:
          'Un rapprochement, une source, un réglage ou une décision a changé depuis son calcul. Il est recalculé ; relisez ce qui suit avant de confirmer.',
      };
    case 'busy':
      return {
        titre: 'Un calcul ou une autre décision est en cours : rien n’a été décidé',
        message: 'Attendez quelques instants, puis confirmez de nouveau.',
      };
    case 'refusee':
      return { titre: 'Rien n’a été décidé', message: issue.message };
  }
}

/** Of what was done. */
export function describeIssue(
  issue: Extract<IssuePlan, { kind: 'approuvee' | 'ecartee' | 'deja-faite' }>,
): string {
  if (issue.kind === 'deja-faite') {
    return `C’était déjà fait : ${issue.auteur} l’a décidé le ${instantEnFrancais(issue.le)} (${operations(issue.nombre)}). Rien n’a été fait deux fois.`;
  }
  if (issue.kind === 'ecartee') {
    const n = issue.result.ecartees;
    return n === 0
      ? 'Aucune opération à écarter ne répondait à ce choix.'
      : `${operations(n)} ${n > 1 ? 'écartées' : 'écartée'}. ${n > 1 ? 'Elles ne reviendront' : 'Elle ne reviendra'} que si ${n > 1 ? 'leur' : 'sa'} cause change.`;
  }
  const { approuvees, premieres, dejaVues, gardesLevees } = issue.result;
  const parts = [
    ...(gardesLevees.length > 0
      ? [
          `${nombre(gardesLevees.length)} ${gardesLevees.length > 1 ? 'gardes levées' : 'garde levée'}.`,
        ]
      : []),
    ...(approuvees > 0
      ? [
          `${operations(approuvees)} ${approuvees > 1 ? 'approuvées : elles partiront' : 'approuvée : elle partira'} au prochain envoi.`,
        ]
      : []),
    ...(premieres > 0
      ? [
          `${nombre(premieres)} ${premieres > 1 ? 'suppressions approuvées' : 'suppression approuvée'} une première fois : une autre personne doit encore l’approuver.`,
        ]
      : []),
    ...(dejaVues > 0
      ? [
          `${nombre(dejaVues)} que vous aviez déjà ${dejaVues > 1 ? 'approuvées' : 'approuvée'} : une autre personne doit le faire.`,
        ]
      : []),
  ];
  return parts.length === 0
    ? 'Aucune opération à décider ne répondait à ce choix.'
    : parts.join(' ');
}

function operations(n: number): string {
  return `${nombre(n)} opération${n > 1 ? 's' : ''}`;
}
