// One time line of everything that happened to a BAL, a professional or a structure: the last first.
import { catalogueConstats } from '../../../domain/constat.js';
import { expliquer } from '../../../domain/constat-explication.js';
import { libelleAction, libellesIssue, type Trace } from '../../../domain/trace.js';
import type { Presence } from '../../../store/bal-annuaire.js';
import type { CasInactivite } from '../../../store/cas-inactivite.js';
import type { Demande } from '../../../store/demande.js';
import type { ConstatGarde } from '../../../store/constat.js';
import type { AvisDe, MouvementInventaire, OperationDe } from '../../../store/fiche-bal.js';

export type Moment = {
  readonly le: Date;
  readonly genre:
    | 'Annuaire'
    | 'Inventaire'
    | 'Activité'
    | 'Constat'
    | 'Envoi'
    | 'Hygiène'
    | 'Avis'
    | 'Demande'
    | 'Journal';
  readonly texte: string;
  /** Without the base. */
  readonly chemin: string | null;
};

/** What is older is in the lists of the sheet. */
export const momentsMax = 150;

export function ordonner(moments: readonly Moment[]): Moment[] {
  return [...moments].sort((a, b) => b.le.getTime() - a.le.getTime()).slice(0, momentsMax);
}

export function momentsAnnuaire(presences: readonly Presence[]): Moment[] {
  const at = (le: Date, texte: string): Moment => ({ le, genre: 'Annuaire', texte, chemin: null });
  return presences.flatMap(({ depuis, isDepuisPremiere, absenteDepuis, isTrou, modifications }) => [
    at(
      depuis.date,
      isDepuisPremiere
        ? 'Déjà publiée dans la première extraction reçue'
        : 'Publiée dans l’Annuaire',
    ),
    ...modifications.map(({ date }) => at(date, 'Publication modifiée')),
    ...(absenteDepuis
      ? [
          at(
            absenteDepuis.date,
            `Absente de l’Annuaire${isTrou ? ' (des extractions manquent : elle a pu disparaître plus tôt)' : ''}`,
          ),
        ]
      : []),
  ]);
}

export function momentsInventaire(mouvements: readonly MouvementInventaire[]): Moment[] {
  const textes = {
    entree: 'Entrée dans l’inventaire',
    modification: 'Modifiée dans l’inventaire',
    sortie: 'Sortie de l’inventaire',
  } as const;
  return mouvements.map(({ genre, le, estPremiere }) => ({
    le,
    genre: 'Inventaire',
    texte:
      estPremiere && genre === 'entree' ? 'Déjà dans le premier inventaire reçu' : textes[genre],
    chemin: null,
  }));
}

/** `nommer`: on a sheet of several BAL, each moment says which. */
export function momentsConstats(constats: readonly ConstatGarde[], nommer = false): Moment[] {
  return constats.flatMap((constat) => {
    const { id, code, ouvertLe, closLe, adresse } = constat;
    const libelle = catalogueConstats[code].libelle;
    const de = nommer && adresse !== undefined ? `${adresse} : ` : '';
    const chemin = `/console/constats/${id}`;
    const ouvert: Moment = {
      le: ouvertLe,
      genre: 'Constat',
      texte: `${de}${libelle}. ${nommer ? '' : expliquer(constat)}`.trim(),
      chemin,
    };
    if (!closLe) return [ouvert];
    return [
      ouvert,
      { le: closLe, genre: 'Constat', texte: `${de}Ne se vérifie plus : ${libelle}`, chemin },
    ];
  });
}

const operations = {
  insert: 'Publication',
  replace: 'Modification',
  delete: 'Suppression',
} as const;

export function libelleOperation({ kind }: OperationDe): string {
  return operations[kind];
}

export function momentsOperations(found: readonly OperationDe[], nommer = false): Moment[] {
  return found.flatMap((operation) => {
    const { id, adresse, creeLe, decideeLe, decideePar, accepteeLe, confirmeeLe } = operation;
    const nom = `${nommer ? `${adresse} : ` : ''}${libelleOperation(operation)}`;
    const at = (le: Date | null, texte: string): Moment[] =>
      le ? [{ le, genre: 'Envoi', texte: `${nom} ${texte}`, chemin: `/console/envois/${id}` }] : [];
    return [
      ...at(creeLe, 'proposée'),
      ...at(decideeLe, `décidée par ${decideePar ?? '?'}`),
      ...at(accepteeLe, 'acceptée par l’Annuaire'),
      ...at(confirmeeLe, 'confirmée'),
    ];
  });
}

export function momentsHygiene(cas: readonly CasInactivite[]): Moment[] {
  return cas.flatMap((un) => {
    const at = (le: Date | undefined, texte: string): Moment[] =>
      le ? [{ le, genre: 'Hygiène', texte, chemin: null }] : [];
    return [
      ...at(un.ouvertLe, 'Inactive : un cas est ouvert'),
      ...at(un.avisPartiLe, 'Titulaire prévenu'),
      ...at(un.decideeLe, 'Suppression proposée'),
      ...at(un.closLe, finDe(un)),
    ];
  });
}

function finDe({ cloture, auteur, motif }: CasInactivite): string {
  switch (cloture) {
    case 'authentification':
      return 'Cas clos : le titulaire s’est authentifié';
    case 'absente':
      return 'Cas clos : la BAL n’existe plus';
    case 'plus-concernee':
      return 'Cas clos : la BAL n’est plus concernée';
    case 'opposition':
      return 'Cas clos : opposition du titulaire';
    case 'administrateur':
      return `Conservée par ${auteur ?? '?'} : ${motif ?? ''}`;
    case undefined:
      return 'Cas clos';
  }
}

export function momentsDemandes(demandes: readonly Demande[], nommer = false): Moment[] {
  return demandes.flatMap(({ id, adresse, etat, deposeeLe, decideeLe, transmiseLe, closeLe }) => {
    const de = nommer ? `${adresse} : ` : '';
    const at = (le: Date | undefined, texte: string): Moment[] =>
      le
        ? [{ le, genre: 'Demande', texte: `${de}${texte}`, chemin: `/console/demandes/${id}` }]
        : [];
    return [
      ...at(deposeeLe, 'Suppression demandée par le professionnel'),
      ...at(decideeLe, etat === 'refusee' ? 'Demande refusée' : 'Demande acceptée'),
      ...at(transmiseLe, 'Demande transmise à l’Annuaire'),
      ...at(etat === 'refusee' ? undefined : closeLe, finsDemande[etat] ?? 'Demande close'),
    ];
  });
}

const finsDemande: Partial<Record<Demande['etat'], string>> = {
  confirmee: 'Suppression confirmée par l’extraction',
  retiree: 'Demande retirée',
  'sans-objet': 'Demande devenue sans objet',
};

export function momentsAvis(avis: readonly AvisDe[]): Moment[] {
  return avis.flatMap(({ gabarit, destinataire, partiLe }) =>
    partiLe
      ? [
          {
            le: partiLe,
            genre: 'Avis',
            texte: `Avis « ${gabarit} » parti à ${destinataire}`,
            chemin: null,
          },
        ]
      : [],
  );
}

export function momentsJournal(traces: readonly Trace[]): Moment[] {
  return traces.map(({ sequence, at, action, issue, contenu }) => {
    const qui = contenu?.auteur.nom ?? contenu?.auteur.id ?? 'auteur effacé';
    const fin = issue === 'reussite' ? '' : ` (${libellesIssue[issue]})`;
    return {
      le: at,
      genre: 'Journal',
      texte: `${libelleAction(action)}${fin}, ${qui}`,
      chemin: `/console/journal/${sequence}`,
    };
  });
}
