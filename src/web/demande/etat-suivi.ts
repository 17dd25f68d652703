// Where a demande is, as the professional reads it: what was done, what comes next, by when.
import { dateDevenirMessages } from '../../demande/devenir-messages.js';
import {
  echeanceDemande,
  libellesMotif,
  transitionsDemande,
  type EtatDemande,
} from '../../domain/demande.js';
import type { Demande, EtapeFaite } from '../../store/demande.js';
import type { DonneesPage } from '../page/pages.js';
import type { EcransOptions } from './ecrans.js';

export function titreSuivi({ id }: Demande): string {
  return `Votre demande n° ${id}`;
}

/** The steps of a demande that goes well. */
const chemin = ['recue', 'en-examen', 'acceptee', 'transmise', 'confirmee'] as const;

const nomsEtapes: Readonly<Record<EtatDemande, string>> = {
  recue: 'Reçue',
  'en-examen': 'En examen',
  acceptee: 'Acceptée',
  refusee: 'Refusée',
  transmise: 'Transmise à l’Annuaire Santé',
  confirmee: 'Confirmée : l’adresse n’est plus dans l’Annuaire Santé',
  retiree: 'Retirée',
  'sans-objet': 'Sans objet',
};

export function donneesSuivi(
  demande: Demande,
  faites: readonly EtapeFaite[],
  { demandes, now }: EcransOptions,
  retrait: string,
): DonneesPage {
  const { etat, deposeeLe, decideeLe, motifRefus, commentaire, structureNom } = demande;
  const { devenirMessages, delaiJours } = demandes;
  const reponseLe = echeanceDemande(deposeeLe, delaiJours);
  const estAcceptee = etat === 'acceptee' || etat === 'transmise' || etat === 'confirmee';
  return {
    id: demande.id,
    adresse: demande.adresse,
    contactDemande: demande.contact,
    motif: libellesMotif[demande.motif],
    etat,
    deposeeLe,
    reponseLe,
    estEnRetard: reponseLe < now(),
    motifRefus,
    commentaire,
    structureNom,
    etapes: etapesOf(demande, faites),
    retrait: transitionsDemande[etat].includes('retiree') ? retrait : undefined,
    devenirMessages: estAcceptee ? devenirMessages.texte : undefined,
    effacesLe:
      estAcceptee && decideeLe ? dateDevenirMessages(devenirMessages, decideeLe) : undefined,
  };
}

type EtapeMontree = {
  readonly nom: string;
  /** Null: to come. */
  readonly le: Date | null;
  readonly estDerniere: boolean;
};

/** What was done, then what a demande that goes on will come to. */
function etapesOf({ etat, closeLe }: Demande, faites: readonly EtapeFaite[]): EtapeMontree[] {
  const done = faites.flatMap(({ etape, le }): EtapeMontree[] =>
    etape === 'levee' ? [] : [{ nom: nomsEtapes[etape], le, estDerniere: etape === etat }],
  );
  if (closeLe) return done;
  const reached = chemin.findIndex((etape) => etape === etat);
  const coming = chemin
    .slice(reached + 1)
    .map((etape) => ({ nom: nomAVenir(etape), le: null, estDerniere: false }));
  return [...done, ...coming];
}

/** Nothing promises what a person has yet to decide. */
function nomAVenir(etape: (typeof chemin)[number]): string {
  return etape === 'acceptee' ? 'Acceptée ou refusée' : nomsEtapes[etape];
}
