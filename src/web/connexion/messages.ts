// What the person reads when nobody was signed in: what happened, what to do, and never what went wrong inside.
import type { Indisponible, Refus } from './fautes.js';

export type MessageConnexion = {
  readonly status: number;
  readonly titre: string;
  readonly message: string;
};

/** `nom`: of the provider, as in « avec Pro Santé Connect ». */
export function messageDe(issue: Refus | Indisponible, nom: string): MessageConnexion {
  if (issue.kind === 'indisponible') {
    return {
      status: 503,
      titre: `${nom} ne répond pas`,
      message:
        `Nous n’avons pas pu joindre ${nom}. Rien n’a été perdu. ` +
        'Attendez quelques minutes, puis recommencez.',
    };
  }
  switch (issue.motif) {
    case 'annule':
      return {
        status: 200,
        titre: 'Connexion annulée',
        message: `Vous n’êtes pas connecté : la connexion avec ${nom} a été annulée. Vous pouvez recommencer.`,
      };
    case 'etat':
      return {
        status: 400,
        titre: 'Connexion à recommencer',
        message:
          'Cette page de retour a déjà servi, ou la connexion a été commencée dans une autre fenêtre ou un autre ' +
          'appareil. Recommencez depuis ce navigateur, qui doit accepter les cookies.',
      };
    case 'delai':
    case 'code':
      return {
        status: 400,
        titre: 'Connexion trop ancienne',
        message:
          'Trop de temps a passé depuis le début de la connexion, ou elle a déjà servi. Recommencez.',
      };
    case 'niveau':
      return {
        status: 403,
        titre: 'Niveau de connexion insuffisant',
        message: `${nom} ne vous a pas identifié d’une façon acceptée ici. Recommencez avec votre application ou votre carte.`,
      };
    case 'emetteur':
    case 'sujet':
    case 'reponse':
      return {
        status: 502,
        titre: 'Connexion impossible',
        message:
          `La réponse de ${nom} n’a pas pu être vérifiée : par sécurité, vous n’êtes pas connecté. Recommencez ; ` +
          'si cela se répète, écrivez à votre opérateur.',
      };
    default:
      return issue.motif satisfies never;
  }
}
