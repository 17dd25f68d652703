// Demandes in the words of their pages.
import {
  echeanceDemande,
  estDemandeEnRetard,
  libellesEtape,
  libellesMotif,
  type EtatDemande,
} from '../../../domain/demande.js';
import { catalogueConstats } from '../../../domain/constat.js';
import type { BalDuTitulaire } from '../../../store/demande-bals.js';
import type { PreuvesDemande } from '../../../store/demande-preuves.js';
import type { ActiviteDe } from '../../../store/professionnel.js';
import type { Demande, EtapeFaite } from '../../../store/demande.js';
import { ageEnFrancais } from '../envois/vues.js';

const classes: Readonly<Record<EtatDemande, string>> = {
  recue: 'attention',
  'en-examen': 'attention',
  acceptee: 'info',
  refusee: '',
  transmise: 'info',
  confirmee: 'bien',
  retiree: '',
  'sans-objet': '',
};

export function vueLigne(demande: Demande, delaiJours: number, now: Date) {
  const { id, adresse, domaine, nom, rpps, etat, motif, deposeeLe, closeLe } = demande;
  return {
    id,
    href: `/console/demandes/${id}`,
    adresse,
    domaine,
    professionnel: nom ?? '',
    rpps,
    etat: libellesEtape[etat],
    classe: classes[etat],
    motif: libellesMotif[motif],
    deposeeLe,
    age: ageEnFrancais(deposeeLe, closeLe ?? now),
    estClose: closeLe !== undefined,
    estEnRetard: estDemandeEnRetard(demande, delaiJours, now),
  };
}

export function vueDemande(demande: Demande, delaiJours: number, now: Date) {
  const { commentaire, structureNom, structureId, contact, moyen, etat } = demande;
  const isDone = etat === 'acceptee' || etat === 'transmise' || etat === 'confirmee';
  return {
    ...vueLigne(demande, delaiJours, now),
    echeanceLe: echeanceDemande(demande.deposeeLe, delaiJours),
    commentaire: commentaire ?? '',
    structure: [structureNom, structureId].filter((un) => un !== undefined).join(', '),
    contact,
    moyen: moyen === 'psc' ? 'Pro Santé Connect' : 'lien envoyé à une autre de ses BAL',
    motifRefus: demande.motifRefus ?? '',
    estHebergee: demande.estHebergee,
    estPubliee: demande.estPubliee,
    /** What the plan does not do: the mailbox itself. */
    resteASupprimer: isDone && demande.estHebergee && demande.leveeLe === undefined,
    confirmeePar: demande.confirmeePar ?? '',
  };
}

export function vueEtape({ etape, le, auteurNom, auteurId, motif }: EtapeFaite) {
  return { libelle: libellesEtape[etape], le, par: auteurNom ?? auteurId, motif: motif ?? '' };
}

const activitesMax = 20;
const balsMax = 30;

export function vuePreuves(preuves: PreuvesDemande) {
  const { bal, professionnel, autresBals, constats, derniereAuthentification } = preuves;
  const lieux = (professionnel?.activites ?? []).map(vueStructure);
  // Several activities in one structure are one line.
  const structures = [...new Map(lieux.map((lieu) => [JSON.stringify(lieu), lieu])).values()];
  const estConnu = professionnel !== undefined;
  return {
    estSienne: bal !== undefined,
    estPartagee: bal?.estPartagee ?? false,
    activiteLa: phraseActivite(bal, estConnu),
    derniereAuthentification: derniereAuthentification ?? null,
    estConnu,
    nom: [professionnel?.prenom, professionnel?.nom].filter(Boolean).join(' '),
    structures: structures.slice(0, activitesMax),
    structuresDePlus: Math.max(0, structures.length - activitesMax),
    autresBals: autresBals.slice(0, balsMax).map(vueBal),
    autresBalsDePlus: Math.max(0, autresBals.length - balsMax),
    constats: constats.map(({ id, code, openedAt }) => ({
      href: `/console/constats/${id}`,
      code,
      libelle: catalogueConstats[code].libelle,
      depuis: openedAt,
    })),
  };
}

/** Said carefully: the national file is no proof that somebody works somewhere, or left. */
function phraseActivite(bal: BalDuTitulaire | undefined, estConnu: boolean): string {
  if (!bal)
    return 'La BAL n’est plus la sienne, ou n’existe plus, ni dans l’inventaire ni dans l’Annuaire.';
  if (!estConnu) return 'Son RPPS n’est dans aucun fichier national en service.';
  switch (bal.activite) {
    case 'oui':
      return 'Le fichier national lui donne encore une activité dans cette structure. Ce n’est pas une preuve qu’il y exerce.';
    case 'non':
      return 'Le fichier national ne lui donne pas d’activité dans cette structure. Ce n’est pas une preuve qu’il en soit parti.';
    case 'inconnue':
      return 'Le fichier national ne permet pas de dire s’il a une activité dans cette structure.';
  }
}

function vueStructure({ raisonSociale, commune, codePostal, finessSite, siret }: ActiviteDe) {
  return {
    nom: raisonSociale ?? 'sans nom',
    lieu: [codePostal, commune].filter((un) => un !== null).join(' '),
    numero: finessSite === null ? (siret === null ? '' : `SIRET ${siret}`) : `FINESS ${finessSite}`,
  };
}

function vueBal({
  adresse,
  estPubliee,
  estHebergee,
  estANous,
  structureNom,
  activite,
  operateurs,
}: BalDuTitulaire) {
  return {
    adresse,
    structure: structureNom ?? '',
    ou:
      estHebergee || estANous
        ? 'chez nous'
        : `ailleurs${operateurs[0]?.nom === undefined ? '' : ` (${operateurs[0].nom})`}`,
    estPubliee,
    activite: activite === 'oui' ? 'oui' : activite === 'non' ? 'aucune connue' : 'inconnue',
  };
}
