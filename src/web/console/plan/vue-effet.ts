// What a decision would do, in the words of its page.
import type { DifferencePlan, EffetPlan } from '../../../domain/choix-plan.js';
import { isFeedState, libellesEtatUn } from '../../../domain/feed-state.js';
import { definitionMotif, libellesKind, motifsOperation } from '../../../domain/plan.js';
import { adressePage } from '../adresse-page.js';
import type { DemandeDecision } from './formulaire.js';
import type { IntentionPlan, PrevisionPlan } from './port.js';
import { compterToutes, nombre, vueGarde } from './vues.js';

export type Refus = {
  readonly titre: string;
  readonly message: string;
  /** Field of the form that is to be corrected. */
  readonly champ?: string;
};

type Prevu = Extract<PrevisionPlan, { kind: 'prevu' }>;

const lignesMax = 40;
const gardesMax = 20;

export function vueEffet(
  { plan, effet, depasse, difference }: Prevu,
  demande: DemandeDecision,
  intention: IntentionPlan,
) {
  const { lignes, gardesQuiRetiennent, gardesLevees, enAttente, reprises } = effet;
  const total = lignes.reduce((sum, ligne) => sum + ligne.nombre, 0);
  const { action, isOverride } = intention;
  const isNothing = action === 'override' ? gardesLevees.length === 0 : total === 0;
  return {
    planId: plan.id,
    calculeLe: plan.computedAt,
    depasse,
    action,
    estLevee: isOverride,
    demandeRaison: action !== 'approve' || isOverride,
    champs: champsOf(demande),
    choix: decrireChoix(demande),
    total,
    phrases: phrases(effet, total),
    lignes: lignes.slice(0, lignesMax).map(vueLigne),
    lignesDePlus: Math.max(0, lignes.length - lignesMax),
    reprises,
    enAttente,
    gardes: gardesQuiRetiennent.slice(0, gardesMax).map(vueGarde),
    gardesDePlus: Math.max(0, gardesQuiRetiennent.length - gardesMax),
    gardesLevees: gardesLevees.slice(0, gardesMax).map(vueGarde),
    estRien: isNothing,
    peutConfirmer: depasse === undefined && !isNothing && gardesQuiRetiennent.length === 0,
    hrefLever:
      gardesQuiRetiennent.length > 0
        ? adressePage('/console/plan/effet', { ...parametresOf(demande), lever: 'oui' })
        : undefined,
    // Lifted for one domain alone, where the choice names one.
    domaineLeve: isOverride ? demande.domaine : undefined,
    difference: difference && vueDifference(difference),
  };
}

function parametresOf({ action, domaine, kind, motif, adresse, operation, tout }: DemandeDecision) {
  return { action, domaine, kind, motif, adresse, operation, tout };
}

/** Hidden fields that bring the choice back. */
function champsOf(demande: DemandeDecision): { nom: string; valeur: string }[] {
  const { lever } = demande;
  return Object.entries({ ...parametresOf(demande), lever }).flatMap(([nom, valeur]) =>
    valeur === undefined
      ? []
      : Array.isArray(valeur)
        ? valeur.map((un) => ({ nom, valeur: un }))
        : [{ nom, valeur: valeur }],
  );
}

function decrireChoix({
  domaine,
  kind,
  motif,
  adresse,
  operation,
  tout,
  action,
}: DemandeDecision): string {
  const parts = [
    ...(kind === undefined ? [] : [`les ${libellesKind[kind].plusieurs}`]),
    ...(domaine === undefined ? [] : [`du domaine ${domaine}`]),
    ...(adresse === undefined ? [] : [`de la BAL ${adresse}`]),
    ...(motif === undefined ? [] : [`de motif « ${definitionMotif(motif).libelle} »`]),
    ...(operation.length === 0
      ? []
      : operation.length <= 10
        ? [`n° ${operation.join(', ')}`]
        : [`${nombre(operation.length)} opérations cochées`]),
  ];
  if (parts.length > 0) return parts.join(', ');
  return action === 'override'
    ? 'toutes les gardes'
    : tout === 'oui'
      ? 'toutes les opérations à décider'
      : '';
}

function vueLigne({
  domaine,
  kind,
  nombre: n,
  approuvees,
  premieres,
  dejaVues,
}: EffetPlan['lignes'][number]) {
  return {
    domaine,
    nature: libellesKind[kind].plusieurs,
    nombre: n,
    approuvees,
    premieres,
    dejaVues,
  };
}

/** What a person must have read before he confirms, one sentence a line. */
function phrases({ action, lignes }: EffetPlan, total: number): string[] {
  const par = (cle: 'nombre' | 'approuvees' | 'premieres' | 'dejaVues'): string => {
    const sommes = { insert: 0, replace: 0, delete: 0 };
    for (const ligne of lignes) sommes[ligne.kind] += ligne[cle];
    return compterToutes(sommes);
  };
  const somme = (cle: 'approuvees' | 'premieres' | 'dejaVues'): number =>
    lignes.reduce((sum, ligne) => sum + ligne[cle], 0);
  if (total === 0) return [];
  if (action === 'reject') {
    return [
      `${par('nombre')} : rien ne sera envoyé, ni reproposé tant que la cause reste la même.`,
    ];
  }
  const [approuvees, premieres, dejaVues] = [
    somme('approuvees'),
    somme('premieres'),
    somme('dejaVues'),
  ];
  return [
    ...(approuvees > 0
      ? [
          `${par('approuvees')} ${approuvees > 1 ? 'partiront' : 'partira'} vers l’Annuaire au prochain envoi.`,
        ]
      : []),
    ...(premieres > 0
      ? [
          `${par('premieres')} : premier accord, rien ne part. Une autre personne devra approuver à son tour.`,
        ]
      : []),
    ...(dejaVues > 0
      ? [
          `${par('dejaVues')} : vous avez déjà donné votre accord. Une autre personne doit approuver.`,
        ]
      : []),
  ];
}

function vueDifference({ planAvant, planApres, avant, apres, venues, parties }: DifferencePlan) {
  return {
    planAvant,
    planApres,
    estAutrePlan: planAvant !== planApres,
    avant: compterToutes(avant),
    apres: compterToutes(apres),
    venues: {
      nombre: venues.nombre,
      dePlus: Math.max(0, venues.nombre - venues.exemples.length),
      exemples: venues.exemples.map(vueBreve),
    },
    parties: {
      nombre: parties.nombre,
      dePlus: Math.max(0, parties.nombre - parties.exemples.length),
      exemples: parties.exemples.map((partie) => ({
        ...vueBreve(partie),
        etat: isFeedState(partie.etat) ? libellesEtatUn[partie.etat] : partie.etat,
        ...(partie.par !== undefined && { par: partie.par }),
      })),
    },
    estSansOperation: venues.nombre === 0 && parties.nombre === 0,
  };
}

function vueBreve({ id, kind, adresse, motif }: DifferencePlan['venues']['exemples'][number]) {
  const connu = motifsOperation.find((un) => un === motif);
  return {
    id,
    href: `/console/envois/${id}`,
    nature: libellesKind[kind].un,
    adresse,
    libelle: connu === undefined ? motif : definitionMotif(connu).libelle,
  };
}
