// What « demandes » tells, in French.
import {
  echeanceDemande,
  estDemandeEnRetard,
  etatsDemande,
  libellesEtape,
  libellesMotif,
} from '../domain/demande.js';
import { catalogueConstats } from '../domain/constat.js';
import { nameStructure } from '../domain/id-nat-struct.js';
import { formatDate, formatDateHeure, formatNombre, grid } from '../report/layout.js';
import type { BalDuTitulaire } from '../store/demande-bals.js';
import type { PreuvesDemande } from '../store/demande-preuves.js';
import type { CompteDemandes, Demande, EtapeFaite } from '../store/demande.js';

// An address cut short may be another BAL's.
const wholeWidth = Number.POSITIVE_INFINITY;

export function describeListe(
  { parEtat, enRetard, aSupprimer }: CompteDemandes,
  demandes: readonly Demande[],
  delaiJours: number,
  now: Date,
  max: number,
): string {
  const total = etatsDemande.flatMap((etat) => {
    const n = parEtat.get(etat) ?? 0;
    return n === 0 ? [] : [`${libellesEtape[etat]} ${formatNombre(n)}`];
  });
  if (total.length === 0) return 'Aucune demande.';
  const rows = demandes.map((one) => [
    String(one.id),
    one.adresse,
    libellesEtape[one.etat],
    formatDate(one.deposeeLe),
    suiteOf(one, delaiJours, now),
  ]);
  const last = demandes.at(-1);
  return [
    total.join(', '),
    ...(enRetard > 0
      ? [`! ${formatNombre(enRetard)} en retard (plus de ${delaiJours} jours)`]
      : []),
    ...(aSupprimer > 0 ? [`! ${aSupprimerTexte(aSupprimer)}`] : []),
    ...(rows.length === 0
      ? []
      : ['', ...grid([['n°', 'BAL', 'état', 'reçue le', ''], ...rows], wholeWidth, 5)]),
    ...(last && demandes.length === max ? ['', `La suite : --apres ${last.id}`] : []),
  ].join('\n');
}

export function aSupprimerTexte(n: number): string {
  return (
    `${formatNombre(n)} BAL dont la suppression est acceptée ${n > 1 ? 'sont' : 'est'} encore dans l’inventaire : ` +
    'supprimez-les de votre plateforme, sans quoi rien n’est fini pour leur titulaire'
  );
}

/** What somebody has to do about it, or what came of it. */
function suiteOf(demande: Demande, delaiJours: number, now: Date): string {
  const { etat, deposeeLe, estHebergee, leveeLe } = demande;
  const aSupprimer = estHebergee && !leveeLe ? ' ; BAL à supprimer de votre plateforme' : '';
  const retard = estDemandeEnRetard(demande, delaiJours, now) ? ', EN RETARD' : '';
  switch (etat) {
    case 'recue':
    case 'en-examen':
      return `à décider avant le ${formatDate(echeanceDemande(deposeeLe, delaiJours))}${retard}`;
    case 'acceptee':
      return `suppression à approuver dans le plan, puis à envoyer${retard}${aSupprimer}`;
    case 'transmise':
      return `attend la prochaine extraction${aSupprimer}`;
    case 'confirmee':
      return leveeLe ? 'décision levée' : aSupprimer.replace(' ; ', '');
    case 'refusee':
    case 'retiree':
    case 'sans-objet':
      return '';
    default:
      return etat satisfies never;
  }
}

/** After an act: where the demande is, and what is next. */
export function describeIssue(demande: Demande): string {
  const done = `✓ Demande n° ${demande.id} (${demande.adresse}) : ${demande.leveeLe ? libellesEtape.levee : libellesEtape[demande.etat]}`;
  if (demande.etat !== 'acceptee') return done;
  return [
    done,
    '  Ensuite : « annuaire-sync plan show », « plan approve », « push » ; les gardes du plan valent pour elle comme pour les autres.',
    ...(demande.estHebergee
      ? [
          '  La BAL est encore dans l’inventaire : supprimez-la de votre plateforme, elle en sortira au prochain import. Elle n’est plus',
          '  publiée d’ici là (retenue SUPPRESSION_DECIDEE du plan).',
        ]
      : []),
  ].join('\n');
}

export function describeDemande(
  demande: Demande,
  etapes: readonly EtapeFaite[],
  preuves: PreuvesDemande,
  delaiJours: number,
  now: Date,
): string {
  const { id, adresse, etat, nom, rpps, moyen, motif, commentaire, contact } = demande;
  const structure = structureOf(demande.structureNom, demande.structureId);
  const suite = suiteOf(demande, delaiJours, now);
  return [
    `Demande n° ${id} : ${libellesEtape[etat]}${suite === '' ? '' : ` (${suite})`}`,
    `  BAL : ${adresse}${structure === undefined ? '' : `, ${structure}`}`,
    `  demandée par ${nom ?? 'nom inconnu'}, RPPS ${rpps}, connecté par ${moyen === 'psc' ? 'Pro Santé Connect' : 'lien envoyé à une autre BAL'}`,
    `  raison : ${libellesMotif[motif]}`,
    ...(commentaire === undefined
      ? []
      : [`  commentaire : ${commentaire.replaceAll('\n', ' / ')}`]),
    `  contact : ${contact}`,
    '',
    'Étapes',
    ...etapes.map(etapeLine),
    '',
    'Ce que l’on sait',
    ...preuvesLines(preuves),
  ].join('\n');
}

function etapeLine({ etape, le, auteurId, auteurNom, motif }: EtapeFaite): string {
  const raison = motif === undefined ? '' : ` : ${motif.replaceAll('\n', ' / ')}`;
  return `  ${formatDateHeure(le)}  ${libellesEtape[etape]}, par ${auteurNom ?? auteurId}${raison}`;
}

function preuvesLines({
  bal,
  professionnel,
  autresBals,
  constats,
  derniereAuthentification,
}: PreuvesDemande): string[] {
  return [
    `  la BAL : ${bal ? balFacts(bal) : 'n’est plus à ce professionnel, ou n’existe plus'}`,
    ...(derniereAuthentification
      ? [`  dernière authentification : ${formatDate(derniereAuthentification)}`]
      : []),
    ...constats.map(
      ({ code, openedAt }) =>
        `  constat ${code} depuis le ${formatDate(openedAt)} : ${catalogueConstats[code].libelle}`,
    ),
    professionnel
      ? `  ses activités au fichier national (elles ne prouvent pas un départ) : ${activitesOf(professionnel.structures)}`
      : '  aucune ligne à son nom dans les fichiers nationaux en service',
    ...autresBals.map((autre) => `  autre BAL : ${autre.adresse} (${balFacts(autre)})`),
  ];
}

function activitesOf(
  structures: NonNullable<PreuvesDemande['professionnel']>['structures'],
): string {
  const noms = structures.map(({ id, raisonSociale }) =>
    structureOf(raisonSociale ?? undefined, id),
  );
  return noms.length === 0 ? 'aucune structure' : noms.join(' ; ');
}

function balFacts(bal: BalDuTitulaire): string {
  const { estPubliee, estHebergee, estANous, estPartagee, activite } = bal;
  const structure = structureOf(bal.structureNom, bal.structureId);
  return [
    estPubliee ? 'publiée' : 'non publiée',
    estANous
      ? estHebergee
        ? 'dans l’inventaire'
        : 'absente de l’inventaire'
      : 'hébergée ailleurs',
    ...(structure === undefined ? [] : [structure]),
    ...(activite === 'oui' ? ['une activité connue dans cette structure'] : []),
    ...(activite === 'non' ? ['pas d’activité connue dans cette structure'] : []),
    ...(estPartagee ? ['ATTENTION : aussi à un autre titulaire, ou sous un autre type'] : []),
  ].join(', ');
}

function structureOf(nom: string | undefined, id: string | undefined): string | undefined {
  if (id === undefined) return nom;
  return nom === undefined ? `structure ${nameStructure(id)}` : `${nom} (${nameStructure(id)})`;
}

/** A field without a value is null. */
export function demandeJson(
  demande: Demande,
  delaiJours: number,
  now: Date,
): Record<string, unknown> {
  return {
    ...Object.fromEntries(Object.entries(demande).map(([key, value]) => [key, value ?? null])),
    echeance: echeanceDemande(demande.deposeeLe, delaiJours),
    estEnRetard: estDemandeEnRetard(demande, delaiJours, now),
  };
}

export function preuvesJson(preuves: PreuvesDemande): Record<string, unknown> {
  return Object.fromEntries(Object.entries(preuves).map(([key, value]) => [key, value ?? null]));
}
