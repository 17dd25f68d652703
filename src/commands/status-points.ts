// Is everything well this morning? What the first page of the console judges, and what only the machine knows (pure).
import { juger, type Point } from '../web/console/accueil/verdict.js';
import { verificationMaxJours } from '../domain/trace.js';
import { formatDate } from './format-date.js';
import { aSupprimerTexte } from './demandes-result.js';
import { orphanAdvice } from './inventaire-status.js';
import type { Noeud } from '../store/noeud.js';
import type { Status } from './status.js';
import type { Matin, Sauvegarde } from './status-matin.js';

/** One thing to see, with the command or the act that settles it. */
export type PointMatin = Pick<Point, 'genre' | 'texte' | 'remede'>;

/** The worst first; of equal ones, in the order of the work. */
export function jugerMatin(matin: Matin, status: Status, now: Date): PointMatin[] {
  const points = [
    ...surDisque(matin),
    ...surSauvegarde(matin, now),
    ...surPassages(matin),
    ...surNoeuds(matin, now),
    ...juger(matin.accueil, now).map(enCommande),
    ...surInventaires(status),
    ...surSuppressions(status),
    ...surAvis(status),
    ...surCycle(matin, now),
    ...surVerification(matin, now),
  ];
  return genres.flatMap((genre) => points.filter((point) => point.genre === genre));
}

const genres: readonly Point['genre'][] = ['mal', 'attention', 'decision'];

/** What is to be looked at; a decision that waits is none of them. */
export function compterPoints(points: readonly PointMatin[]): number {
  return points.filter(({ genre }) => genre !== 'decision').length;
}

/** In a terminal, a page of the console is a command. */
function enCommande({ genre, texte, remede, chemin }: Point): PointMatin {
  const commande = commandes.find(([debut]) => chemin?.startsWith(debut) === true)?.[1];
  const suite = commande === undefined || remede.includes(commande) ? '' : ` (« ${commande} »)`;
  return { genre, texte, remede: `${remede.replace(/\.$/u, '')}${suite}.` };
}

const commandes: readonly (readonly [chemin: string, commande: string])[] = [
  ['/console/plan', 'annuaire-sync plan show'],
  ['/console/envois', 'annuaire-sync push status'],
  ['/console/demandes', 'annuaire-sync demandes list'],
];

const gib = 1024 ** 3;
/** Half of what a national load asks for at its peak. */
const libreMin = 5 * gib;

function surDisque({ disque }: Matin): PointMatin[] {
  if (!disque || disque.libres >= libreMin) return [];
  return [
    {
      genre: 'mal',
      texte: `Le disque des données est presque plein : ${enGio(disque.libres)} libres.`,
      remede: 'Libérez de la place : « annuaire-sync doctor » dit combien il en faut.',
    },
  ];
}

/** Daily, as `doctor` judges it; a day is left for a run that was put off. */
const sauvegardeMaxMs = 48 * 3_600_000;

export function estSauvegardee(sauvegarde: Sauvegarde, now: Date): boolean {
  if (!sauvegarde) return true;
  const { derniere } = sauvegarde;
  return derniere !== undefined && now.getTime() - Date.parse(derniere.finieLe) <= sauvegardeMaxMs;
}

function surSauvegarde({ sauvegarde }: Matin, now: Date): PointMatin[] {
  if (estSauvegardee(sauvegarde, now)) return [];
  const finieLe = sauvegarde?.derniere?.finieLe;
  // In one line of 80 columns: the screen has 24.
  const remede = 'Lancez « annuaire-sync backup » ou réglez « planification.etapes.backup ».';
  return [
    {
      genre: 'attention',
      texte:
        finieLe === undefined
          ? 'La base privée n’a jamais été sauvegardée.'
          : `La dernière sauvegarde de la base privée est du ${formatDate(new Date(finieLe))}.`,
      remede,
    },
  ];
}

export function enGio(octets: number): string {
  const valeur = octets / gib;
  return `${valeur.toLocaleString('fr-FR', { maximumFractionDigits: valeur < 10 ? 1 : 0 })} Gio`;
}

function surPassages({ passages }: Matin): PointMatin[] {
  return passages.flatMap(({ etape, issue, commenceLe, message }) => {
    if (issue === undefined || issue === 'reussite') return [];
    const genre = issue === 'refus' || issue === 'interrompu' ? 'attention' : 'mal';
    return [
      {
        genre,
        texte: `L’étape « ${etape} » du ${formatDate(commenceLe)} : ${libellesIssue[issue]}.`,
        remede: message ?? `Relancez-la à la main : elle dira pourquoi.`,
      },
    ];
  });
}

export const libellesIssue = {
  reussite: 'faite',
  refus: 'refusée par une garde',
  echec: 'échec',
  interrompu: 'interrompue',
  delai: 'arrêtée à son délai',
} as const;

/** Seen every five seconds. */
const absenceMs = 60_000;

export function estPresent({ vuLe, arreteLe }: Noeud, now: Date): boolean {
  return arreteLe === undefined && now.getTime() - vuLe.getTime() <= absenceMs;
}

function surNoeuds({ noeuds }: Matin, now: Date): PointMatin[] {
  return noeuds
    .filter((noeud) => noeud.arreteLe === undefined && !estPresent(noeud, now))
    .map(({ nom, vuLe }) => ({
      genre: 'mal',
      texte: `Le nœud « ${nom} » ne donne plus signe de vie depuis le ${formatDate(vuLe)}.`,
      remede: `Sur cette machine : « systemctl status annuaire-sync », puis son journal.`,
    }));
}

/** Lines in service that nobody says any more. */
function surInventaires({ inventaire }: Status): PointMatin[] {
  return inventaire.sources.flatMap(({ nom, type }) =>
    type === undefined
      ? [
          {
            genre: 'attention' as const,
            texte: `L’inventaire « ${nom} » est absent des réglages.`,
            remede: orphanAdvice(nom),
          },
        ]
      : [],
  );
}

/** Decided, and still on the platform. */
function surSuppressions({ demandes: { aSupprimer } }: Status): PointMatin[] {
  if (aSupprimer === 0) return [];
  return [
    {
      genre: 'attention',
      texte: aSupprimerTexte(aSupprimer),
      remede: 'Supprimez-la de la plateforme, puis actualisez l’inventaire.',
    },
  ];
}

function surAvis({ avis }: Status): PointMatin[] {
  const attend = avis.courriels.some(({ etat }) => etat === 'a-envoyer');
  return [
    ...(attend && !avis.isSmtpRegle
      ? [
          {
            genre: 'attention' as const,
            texte: 'Des courriels attendent, et aucun serveur de courriel n’est réglé.',
            remede: 'Réglez « avis.smtp » : rien ne part sans lui.',
          },
        ]
      : []),
    ...avis.pointsEcartes.map((point) => ({
      genre: 'attention' as const,
      texte: `Le webhook « ${point} » est laissé de côté : il a répondu 410.`,
      remede: 'Changez son adresse, ou « annuaire-sync notices retry ».',
    })),
  ];
}

/** Daily; a day is left for a run that was put off. */
const cycleMaxMs = 48 * 3_600_000;

function surCycle({ cycle, accueil }: Matin, now: Date): PointMatin[] {
  const ouverts = accueil.cas.total.n;
  if (!cycle || ouverts === 0) return [];
  if (now.getTime() - cycle.startedAt.getTime() <= cycleMaxMs) return [];
  return [
    {
      genre: 'attention',
      texte: `Le cycle des BAL inactives n’a pas tourné depuis le ${formatDate(cycle.startedAt)}.`,
      remede: 'Lancez « annuaire-sync hygiene run », ou planifiez-le chaque jour.',
    },
  ];
}

const verificationMaxMs = verificationMaxJours * 86_400_000;

function surVerification({ verification, creeeLe }: Matin, now: Date): PointMatin[] {
  if (!verification) return surJamaisVerifie(creeeLe, now);
  if (verification.issue !== 'reussite') {
    return [
      {
        genre: 'mal',
        texte: `La vérification du journal du ${formatDate(verification.at)} a trouvé une anomalie.`,
        remede:
          'Lancez « annuaire-sync audit verify » : elle dit quelles traces, puis docs/journal.md.',
      },
    ];
  }
  if (now.getTime() - verification.at.getTime() <= verificationMaxMs) return [];
  return [
    {
      genre: 'attention',
      texte: `Le journal n’a pas été vérifié depuis le ${formatDate(verification.at)}.`,
      remede: 'Lancez « annuaire-sync audit verify ».',
    },
  ];
}

/** A base of this week is given the time of its first verification. */
function surJamaisVerifie(creeeLe: Date | undefined, now: Date): PointMatin[] {
  if (!creeeLe || now.getTime() - creeeLe.getTime() <= verificationMaxMs) return [];
  return [
    {
      genre: 'attention',
      texte: 'Le journal n’a jamais été vérifié.',
      remede: 'Lancez « annuaire-sync audit verify ».',
    },
  ];
}
