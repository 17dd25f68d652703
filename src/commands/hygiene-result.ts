// What « hygiene » tells, in French.
import {
  etatsCas,
  raisonsAttente,
  type CauseCloture,
  type EtatCas,
} from '../domain/cycle-inactivite.js';
import type { EtatEnvoi } from '../domain/avis.js';
import type { BilanHygiene } from '../hygiene/run.js';
import { formatDate, formatDateHeure, formatNombre, grid } from '../report/layout.js';
import type { Avis } from '../store/avis.js';
import type { CasInactivite } from '../store/cas-inactivite.js';

export const libellesEtat: Readonly<Record<EtatCas, string>> = {
  'a-prevenir': 'à prévenir',
  prevenue: 'prévenue (avis à partir)',
  'delai-en-cours': 'délai en cours',
  'a-supprimer': 'à supprimer',
  supprimee: 'supprimée',
  conservee: 'conservée',
  reauthentifiee: 'réauthentifiée',
};

const clotures: Readonly<Record<CauseCloture, string>> = {
  authentification: 'son titulaire s’est authentifié',
  absente: 'elle n’est plus dans l’inventaire',
  'plus-concernee': 'elle n’est plus une BAL PER',
  opposition: 'son titulaire s’y est opposé',
  administrateur: 'gardée par un administrateur',
};

const envois: Readonly<Record<EtatEnvoi, string>> = {
  'a-envoyer': 'à envoyer',
  'en-envoi': 'en cours d’envoi',
  parti: 'parti',
  refuse: 'refusé',
  abandonne: 'abandonné',
  annule: 'annulé',
};

export function describeBilan(bilan: BilanHygiene, isDryRun: boolean): string {
  const { quota } = bilan;
  const figures: readonly (readonly [number, string])[] = [
    [bilan.ouverts, 'cas ouverts'],
    [bilan.prevenues, 'titulaires à prévenir (avis écrits)'],
    [bilan.delais, 'délais commencés (avis partis)'],
    [bilan.rappels, 'rappels écrits'],
    [bilan.proposees, 'BAL proposées à la suppression'],
    [bilan.reauthentifiees, 'cas clos : le titulaire s’est authentifié'],
    [bilan.disparues, 'cas clos : BAL sortie de l’inventaire'],
    [bilan.sansObjet, 'cas clos : ce n’est plus une BAL PER'],
    [bilan.echecs, 'cas en attente : aucun avis n’a pu partir'],
    [quota.seuils, 'avis de quota'],
  ];
  const told = figures.filter(([n]) => n > 0);
  return [
    `${bilan.arrets.length > 0 ? '!' : '✓'} Cycle d’hygiène${isDryRun ? ' (essai, rien n’est gardé)' : ''} : ` +
      `${formatNombre(bilan.avis + quota.avis)} avis en file`,
    ...told.map(([n, label]) => `  ${formatNombre(n)} ${label}`),
    ...(told.length === 0
      ? [bilan.arrets.length > 0 ? '  rien n’a avancé' : '  rien à faire']
      : []),
    ...bilan.arrets.map(({ message }) => `  ! ${message}`),
    ...bilan.leves.map(({ code }) => `  garde levée : ${code}`),
  ].join('\n');
}

// An address cut short may be another BAL's, and this is the list of those to delete.
const wholeWidth = Number.POSITIVE_INFINITY;

export function describeListe(
  comptes: ReadonlyMap<EtatCas, number>,
  cas: readonly CasInactivite[],
): string {
  const total = etatsCas.flatMap((etat) => {
    const n = comptes.get(etat) ?? 0;
    return n === 0 ? [] : [`${libellesEtat[etat]} ${formatNombre(n)}`];
  });
  if (total.length === 0) return 'Aucun cas d’inactivité.';
  const rows = cas.map((one) => [
    one.adresse,
    libellesEtat[one.etat],
    one.echeanceLe ? formatDate(one.echeanceLe) : `à fixer (limite : ${formatDate(one.limiteLe)})`,
    pourquoi(one),
  ]);
  const shown = [...comptes.values()].reduce((sum, n) => sum + n, 0) - cas.length;
  return [
    total.join(', '),
    ...(rows.length === 0
      ? []
      : ['', ...grid([['BAL', 'état', 'échéance', ''], ...rows], wholeWidth, 4)]),
    ...(shown > 0 ? ['', `${formatNombre(shown)} autres : --etat, --domaine, --max.`] : []),
  ].join('\n');
}

function pourquoi({ attente, cloture }: CasInactivite): string {
  if (cloture) return clotures[cloture];
  return attente === undefined ? '' : raisonsAttente[attente];
}

export type Histoire = { readonly cas: CasInactivite; readonly avis: readonly Avis[] };

export function describeCas(adresse: string, histoire: readonly Histoire[]): string {
  return [adresse, ...histoire.flatMap(({ cas, avis }) => ['', ...casLines(cas, avis)])].join('\n');
}

function casLines(cas: CasInactivite, avis: readonly Avis[]): string[] {
  const raison = pourquoi(cas);
  const dated: readonly (readonly [string, Date | undefined])[] = [
    [cas.estAuthentification ? 'dernière authentification' : 'création', cas.activiteLe],
    ['limite', cas.limiteLe],
    ['cas ouvert', cas.ouvertLe],
    ['avis écrit', cas.avisDemandeLe],
    ['avis parti', cas.avisPartiLe],
    ['rappel écrit', cas.rappelLe],
    ['échéance', cas.echeanceLe],
    ['suppression proposée', cas.decideeLe],
    ['cas clos', cas.closLe],
    ['conservée jusqu’au', cas.conserveeJusqua],
  ];
  return [
    `Cas n° ${cas.id} : ${libellesEtat[cas.etat]}${raison === '' ? '' : ` (${raison})`}`,
    ...dated.flatMap(([label, date]) => (date ? [`  ${label} : ${formatDateHeure(date)}`] : [])),
    ...(cas.auteur === undefined ? [] : [`  par ${cas.auteur}${poste(cas)}`]),
    ...(cas.motif === undefined ? [] : [`  motif : ${cas.motif}`]),
    ...avis.map(avisLine),
  ];
}

function poste({ posteAdresse, posteAgent }: CasInactivite): string {
  const known = [posteAdresse, posteAgent].filter((part) => part !== undefined);
  return known.length === 0 ? '' : ` (poste ${known.join(', ')})`;
}

function avisLine({ gabarit, destinataire, etat, partiLe, dernierMessage }: Avis): string {
  const quand = partiLe ? ` le ${formatDateHeure(partiLe)}` : '';
  const raison = etat === 'parti' || dernierMessage === undefined ? '' : ` : ${dernierMessage}`;
  return `  ${gabarit} à ${destinataire} : ${envois[etat]}${quand}${raison}`;
}

/** A field without a value is null. */
export function casJson(cas: CasInactivite): Record<string, unknown> {
  return Object.fromEntries(Object.entries(cas).map(([key, value]) => [key, value ?? null]));
}
