// The proof of a purge, as a data protection officer files it.
import { nomFichiers, type CompteVoulu } from '../conservation/prevoir.js';
import type { BilanPurge } from '../conservation/purger.js';
import type { Reverification } from '../conservation/verifier.js';
import { durees, isCategorie } from '../domain/conservation.js';
import { grid } from '../report/layout.js';
import { cibles } from '../store/purge/cibles.js';
import type { PassagePurge } from '../store/purge/passage.js';

const nombre = (value: number | undefined): string =>
  value === undefined ? '' : value.toLocaleString('fr-FR');

const jour = (le: Date): string => le.toLocaleDateString('fr-FR', { timeZone: 'Europe/Paris' });

const instant = (le: Date): string =>
  le.toLocaleString('fr-FR', {
    dateStyle: 'short',
    timeStyle: 'medium',
    timeZone: 'Europe/Paris',
  });

export function describePrevision(comptes: readonly CompteVoulu[]): string {
  const lignes = comptes.map(({ libelle, categorie, jours, avant, totalAvant, aTerme, action }) => [
    libelle,
    categorie,
    action,
    `${jours} j`,
    jour(avant),
    nombre(totalAvant),
    nombre(aTerme),
  ]);
  const total = comptes.reduce((sum, { aTerme }) => sum + aTerme, 0);
  const tete = ['quoi', 'catégorie', 'action', 'durée', 'avant le', 'lignes', 'à terme'];
  return [
    ...grid([tete, ...lignes], width, 3),
    '',
    `Essai : rien n’a été purgé ; ${nombre(total)} lignes sont à terme.`,
  ].join('\n');
}

// A page to print, landscape.
const width = 150;

export function describePreuve(
  { passage, comptes }: BilanPurge,
  reverifications: readonly Reverification[] = [],
): string {
  const { id, auteur, version, reprises, gardesLevees, correlation } = passage;
  const revue = new Map(reverifications.map(({ cible, restants }) => [cible, restants]));
  const lignes = comptes.map((compte) => [
    libelleDe(compte.cible, compte.categorie),
    compte.action,
    `${compte.jours} j`,
    jour(compte.avant),
    ...[compte.totalAvant, compte.aTerme, compte.traites, compte.totalApres].map(nombre),
    nombre(compte.restants),
    ...(revue.size === 0 ? [] : [nombre(revue.get(compte.cible))]),
  ]);
  const tete = [
    ...['quoi', 'action', 'durée', 'avant le', 'avant', 'à terme', 'traitées', 'après', 'restent'],
    ...(revue.size === 0 ? [] : ['revu']),
  ];
  return [
    `Purge nº ${id} : preuve d’effacement à terme (EX_GDT_5070)`,
    `  commencée le     ${instant(passage.commenceLe)}${reprises > 1 ? `, reprise ${reprises - 1} fois` : ''}`,
    `  ${passage.termineLe === undefined ? 'non terminée    ' : `${etats[passage.etat].padEnd(17)}${instant(passage.termineLe)}`}`,
    `  durées comptées  à rebours du ${instant(passage.referenceLe)}`,
    `  lancée par       ${auteur}, annuaire-sync ${version}${correlation === undefined ? '' : `, corrélation ${correlation}`}`,
    ...(gardesLevees.length === 0 ? [] : ['  gardes           levées par --accept']),
    '',
    ...grid([tete, ...lignes], width, 2),
    '',
    conclusion(passage, comptes, reverifications),
  ].join('\n');
}

const etats: Readonly<Record<PassagePurge['etat'], string>> = {
  'en-cours': 'en cours',
  termine: 'terminée le',
  interrompu: 'abandonnée le',
};

function conclusion(
  { etat }: PassagePurge,
  comptes: BilanPurge['comptes'],
  reverifications: readonly Reverification[],
): string {
  if (etat !== 'termine') {
    return 'Purge non terminée : la prochaine « annuaire-sync purge » la reprend où elle en était.';
  }
  const restants = [
    ...comptes.map((compte) => compte.restants ?? 0),
    ...reverifications.map((revue) => revue.restants ?? 0),
  ].reduce((sum, reste) => sum + reste, 0);
  return restants === 0
    ? '✓ Plus rien de ce qui était à terme ne reste dans ces tables.'
    : `✗ ${nombre(restants)} lignes à terme restent : elles étaient tenues par un autre traitement. Relancez la purge.`;
}

function libelleDe(nom: string, categorie: string): string {
  if (nom === nomFichiers) return durees.fichiers.libelle;
  const libelle = cibles.find((cible) => cible.nom === nom)?.libelle;
  return libelle ?? (isCategorie(categorie) ? durees[categorie].libelle : nom);
}

export function describePassages(passages: readonly PassagePurge[]): string {
  if (passages.length === 0) return 'Aucune purge n’a encore été faite.';
  return passages
    .map(
      ({ id, commenceLe, etat, auteur }) =>
        `${String(id).padStart(6)}  ${instant(commenceLe)}  ${etats[etat].replace(' le', '')} ; ${auteur}`,
    )
    .join('\n');
}
