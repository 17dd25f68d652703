// Findings and operations as the sheets list them.
import { catalogueConstats } from '../../../domain/constat.js';
import { expliquer } from '../../../domain/constat-explication.js';
import { libellesEtape } from '../../../domain/demande.js';
import type { FeedState } from '../../../domain/feed-state.js';
import type { ConstatGarde } from '../../../store/constat.js';
import type { Demande } from '../../../store/demande.js';
import type { BalDe } from '../../../store/professionnel.js';
import type { OperationDe } from '../../../store/fiche-bal.js';
import { libelleOperation } from './chronologie.js';

type Ligne = Readonly<Record<string, unknown>>;

export function ligneConstat(constat: ConstatGarde): Ligne {
  const { id, code, adresse, ouvertLe, closLe } = constat;
  return {
    ...{ id, adresse: adresse ?? null, ouvertLe, closLe: closLe ?? null },
    libelle: catalogueConstats[code].libelle,
    explication: expliquer(constat),
  };
}

/** Of one operation. */
const etats: Readonly<Record<FeedState, string>> = {
  planned: 'à décider',
  approved: 'approuvée',
  sending: 'en cours d’envoi',
  accepted: 'acceptée',
  confirmed: 'confirmée',
  retry: 'à renvoyer',
  held: 'retenue',
  dead: 'refusée',
  cancelled: 'annulée',
  superseded: 'remplacée',
};

export function ligneOperation(operation: OperationDe): Ligne {
  const { id, adresse, state, motif, creeLe, message } = operation;
  return {
    ...{ id, adresse, motif, creeLe, message },
    libelle: libelleOperation(operation),
    etat: etats[state],
    ton: state === 'dead' || state === 'held' ? 'mal' : state === 'confirmed' ? 'bien' : 'info',
  };
}

export function ligneDemande({ id, adresse, etat, nom, rpps, deposeeLe }: Demande): Ligne {
  return {
    ...{ id, adresse, rpps, deposeeLe },
    nom: nom ?? `RPPS ${rpps}`,
    etat: libellesEtape[etat],
  };
}

export function ligneBal({ adresse, typeBal, publiee, hebergee, structures }: BalDe): Ligne {
  return {
    ...{ adresse, typeBal, publiee, hebergee, structures },
    segment: encodeURIComponent(adresse),
  };
}
