// The 8 o'clock screen: a verdict, what is to be seen with its remedy, then one line for each part (pure).
import { groupesConstat } from '../domain/constat.js';
import { libellesEtat } from '../domain/feed-state.js';
import type { EtatEnvoi } from '../domain/avis.js';
import { clip, padEnd, printable, widthOf, wrap } from '../report/layout.js';
import type { Comptes } from '../store/accueil.js';
import { dire } from '../web/console/accueil/verdict.js';
import type { Peindre, Ton } from './couleurs.js';
import { formatDate } from './format-date.js';
import { nombre } from './push-result.js';
import type { Matin } from './status-matin.js';
import { rubriqueSauvegarde } from './status-sauvegarde.js';
import {
  compterPoints,
  enGio,
  estPresent,
  libellesIssue,
  type PointMatin,
} from './status-points.js';

export type EcranOptions = {
  readonly operateur: string;
  readonly engine: string;
  readonly now: Date;
  readonly columns: number;
  readonly peindre: Peindre;
};

export function ecranMatin(
  matin: Matin,
  points: readonly PointMatin[],
  options: EcranOptions,
): string[] {
  const width = Math.min(100, Math.max(40, options.columns));
  return [
    ...verdict(points, options, width),
    '',
    ...points.flatMap((point) => unPoint(point, width, options.peindre)),
    ...(points.length > 0 ? [''] : []),
    ...rubriques(matin, options).map((rubrique) => uneLigne(rubrique, width, options.peindre)),
  ];
}

function verdict(
  points: readonly PointMatin[],
  { operateur, now, peindre }: EcranOptions,
  width: number,
): string[] {
  const fautes = compterPoints(points);
  const attendues = points.length - fautes;
  const phrase =
    fautes === 0 ? '✓ Tout va bien' : `! ${fautes} point${fautes > 1 ? 's' : ''} à voir`;
  const suite =
    attendues === 0
      ? ''
      : `, ${attendues} décision${attendues > 1 ? 's' : ''} attendue${attendues > 1 ? 's' : ''}`;
  const gauche = `${phrase}${suite}`;
  const droite = printable(`${operateur}, ${formatDate(now)}`);
  const vide = width - widthOf(gauche) - widthOf(droite);
  const titre = peindre(tonDe(points), gauche);
  if (vide < 2) return [titre, peindre('discret', clip(droite, width))];
  return [`${titre}${' '.repeat(vide)}${peindre('discret', droite)}`];
}

function tonDe(points: readonly PointMatin[]): Ton {
  if (points.some(({ genre }) => genre === 'mal')) return 'mal';
  return compterPoints(points) > 0 ? 'attention' : 'bon';
}

const signes = { mal: '!', attention: '!', decision: '→' } as const;

function unPoint({ genre, texte, remede }: PointMatin, width: number, peindre: Peindre): string[] {
  const [premiere = '', ...autres] = wrap(printable(texte), width - 2, '');
  return [
    peindre(genre, `${signes[genre]} ${premiere}`),
    ...autres.map((line) => peindre(genre, `  ${line}`)),
    ...printable(remede.replace(/\s*\n\s*/gu, ' '))
      .split('\n')
      .flatMap((line) => wrap(line, width, '    ').slice(0, remedeLignesMax)),
  ];
}

/** The rest is told by the command that the remedy names. */
const remedeLignesMax = 4;

type Rubrique = {
  readonly nom: string;
  /** Undefined: nothing to judge. */
  readonly estBon: boolean | undefined;
  readonly texte: string;
};

const nomWidth = 15;

function uneLigne({ nom, estBon, texte }: Rubrique, width: number, peindre: Peindre): string {
  const signe = estBon === undefined ? '·' : estBon ? '✓' : '!';
  const ton = estBon === undefined ? 'discret' : estBon ? 'bon' : 'attention';
  const reste = clip(printable(texte), width - nomWidth - 2);
  return `${padEnd(nom, nomWidth)}${peindre(ton, signe)} ${reste}`;
}

function rubriques(matin: Matin, options: EcranOptions): Rubrique[] {
  const { accueil, instantane, disque, verification, cycle } = matin;
  const present = (one: Rubrique | undefined): Rubrique[] => (one ? [one] : []);
  return [
    laNuit(matin),
    sources(matin, false),
    sources(matin, true),
    {
      nom: 'Rapprochement',
      estBon: accueil.run !== undefined,
      texte: accueil.run
        ? `${formatDate(accueil.run.finishedAt)}, ${nombre(accueil.run.openCount)} constats ouverts`
        : 'jamais fait',
    },
    constats(matin),
    plan(matin),
    envois(matin),
    ...present(courriers('Courriels', accueil.courriels)),
    ...present(courriers('Webhooks', accueil.webhooks)),
    ...present(demandes(matin)),
    {
      nom: 'BAL inactives',
      estBon: cycle ? cycle.arrets.length === 0 : undefined,
      texte: `${dire(accueil.cas.total, 'cas ouvert', 'cas ouverts')}, ${cycle ? `dernier cycle le ${formatDate(cycle.startedAt)}` : 'cycle jamais lancé'}`,
    },
    ldap(instantane, options.now),
    ...present(noeuds(matin, options.now)),
    ...present(certificats(matin)),
    ...present(
      disque && {
        nom: 'Disque',
        estBon: true,
        texte: `${enGio(disque.libres)} libres sur ${enGio(disque.total)}`,
      },
    ),
    {
      nom: 'Journal',
      estBon: verification ? verification.issue === 'reussite' : undefined,
      texte: verification
        ? `vérifié le ${formatDate(verification.at)}`
        : 'jamais vérifié (« annuaire-sync audit verify »)',
    },
    ...present(rubriqueSauvegarde(matin, options.now)),
    { nom: 'Base', estBon: true, texte: options.engine },
  ];
}

function certificats({ accueil }: Matin): Rubrique | undefined {
  const { certificats: lus, illisibles } = accueil.certificats;
  const [premier] = lus;
  if (!premier && illisibles.length === 0) return undefined;
  return {
    nom: 'Certificats',
    estBon: illisibles.length === 0 && lus.every(({ etat }) => etat === 'valable'),
    texte: premier
      ? `${lus.length} lus, le premier à finir : ${premier.nom}, le ${formatDate(premier.expireLe)}`
      : `${illisibles.length} illisibles`,
  };
}

/** From the planned runs, else from what was done within a day, whoever started it. */
function laNuit({ passages, accueil, cycle }: Matin): Rubrique {
  const heure = (at: Date): string => formatDate(at).slice(-5);
  if (passages.length > 0) {
    const textes = passages.map(
      ({ etape, commenceLe, issue }) =>
        `${etape} ${heure(commenceLe)}${issue === undefined ? ' (en cours)' : issue === 'reussite' ? '' : ` (${libellesIssue[issue]})`}`,
    );
    return {
      nom: 'Cette nuit',
      estBon: passages.every(({ issue }) => issue === undefined || issue === 'reussite'),
      texte: textes.join(' · '),
    };
  }
  const faits: [string, Date | undefined][] = [
    ['rapprochement', accueil.run?.finishedAt],
    ['plan', accueil.plan?.computedAt],
    ['cycle des inactives', cycle?.startedAt],
  ];
  const textes = faits.flatMap(([nom, at]) => (at ? [`${nom} le ${formatDate(at)}`] : []));
  return {
    nom: 'Cette nuit',
    estBon: undefined,
    texte: `rien de planifié ; ${textes.length > 0 ? textes.join(', ') : 'rien n’a encore été fait'}`,
  };
}

function sources({ accueil }: Matin, estInventaire: boolean): Rubrique {
  const siennes = accueil.sources.filter((source) => source.estInventaire === estInventaire);
  const fraiches = siennes.filter(
    ({ freshness, echec }) => freshness.kind === 'a-jour' && echec === undefined,
  );
  const dates = siennes.flatMap(({ date }) => (date ? [date.getTime()] : []));
  const lignes = siennes.reduce((total, one) => total + (one.lignes ?? 0), 0);
  const age =
    dates.length === 0 ? '' : `, la plus ancienne du ${formatDate(new Date(Math.min(...dates)))}`;
  return {
    nom: estInventaire ? 'Inventaire' : 'Sources',
    estBon: siennes.length > 0 && fraiches.length === siennes.length,
    texte:
      siennes.length === 0
        ? 'aucune'
        : `${fraiches.length} sur ${siennes.length} à jour${age}, ${nombre(lignes)} lignes`,
  };
}

function constats({ nouveaux }: Matin): Rubrique {
  const textes = groupesConstat.flatMap(({ nom, libelle }) => {
    const n = nouveaux.get(nom);
    return n === undefined ? [] : [`${nombre(n)} ${libelle.toLowerCase()}`];
  });
  const total = [...nouveaux.values()].reduce((sum, n) => sum + n, 0);
  return {
    nom: 'Constats',
    estBon: undefined,
    texte:
      total === 0
        ? 'aucun nouveau depuis hier'
        : `${nombre(total)} nouveaux depuis hier : ${textes.join(', ')}`,
  };
}

function plan({ accueil: { plan: enVigueur, operations } }: Matin): Rubrique {
  const proposees = operations.get('planned');
  return {
    nom: 'Plan',
    estBon: enVigueur ? enVigueur.etat !== 'bloque' : undefined,
    texte: !enVigueur
      ? 'aucun encore'
      : `n° ${enVigueur.id} du ${formatDate(enVigueur.computedAt)}, ${proposees ? dire(proposees, 'opération à décider', 'opérations à décider') : 'rien à décider'}`,
  };
}

function envois({ accueil: { operations, canal }, envois: depuis }: Matin): Rubrique {
  const restent = (['approved', 'sending', 'retry', 'held', 'dead'] as const).flatMap((state) => {
    const compte = operations.get(state);
    return compte ? [dire(compte, libellesEtat[state], libellesEtat[state])] : [];
  });
  const estBloque = operations.has('dead') || operations.has('held') || canal.stop !== undefined;
  return {
    nom: 'Envois',
    estBon: !estBloque,
    texte:
      `depuis hier : ${nombre(depuis.acceptees)} acceptées, ${nombre(depuis.confirmees)} confirmées` +
      (restent.length === 0 ? ' ; rien n’attend' : ` ; ${restent.join(', ')}`),
  };
}

function courriers(nom: string, comptes: Comptes<EtatEnvoi>): Rubrique | undefined {
  if (comptes.size === 0) return undefined;
  const texteDe = (etat: EtatEnvoi, un: string, plusieurs: string): string[] => {
    const compte = comptes.get(etat);
    return compte ? [dire(compte, un, plusieurs)] : [];
  };
  return {
    nom,
    estBon: !comptes.has('refuse') && !comptes.has('abandonne'),
    texte: [
      ...texteDe('a-envoyer', 'à envoyer', 'à envoyer'),
      ...texteDe('en-envoi', 'en envoi', 'en envoi'),
      ...texteDe('refuse', 'refusé', 'refusés'),
      ...texteDe('abandonne', 'abandonné', 'abandonnés'),
    ].join(', '),
  };
}

function demandes({ accueil }: Matin): Rubrique | undefined {
  if (!accueil.demandes || accueil.demandes.enAttente + accueil.demandes.enRetard === 0) {
    return undefined;
  }
  const { enAttente, enRetard } = accueil.demandes;
  return {
    nom: 'Demandes',
    estBon: enRetard === 0,
    texte: `${nombre(enAttente)} à examiner${enRetard > 0 ? `, ${nombre(enRetard)} en retard` : ''}`,
  };
}

function ldap(instantane: Matin['instantane'], now: Date): Rubrique {
  if (!instantane) return { nom: 'LDAP', estBon: undefined, texte: 'aucun instantané à servir' };
  const { construitLe, entrees, extractionDu } = instantane;
  const du = extractionDu ? `, extraction du ${formatDate(extractionDu)}` : '';
  return {
    nom: 'LDAP',
    estBon: true,
    texte: `instantané d’il y a ${duree(now.getTime() - construitLe.getTime())}, ${nombre(entrees)} entrées${du}`,
  };
}

function noeuds({ noeuds: vus }: Matin, now: Date): Rubrique | undefined {
  const presents = vus.filter((noeud) => estPresent(noeud, now));
  if (vus.length === 0) return undefined;
  const services = presents.flatMap(({ etat }) => etat.services);
  const prets = services.filter(({ etat }) => etat === 'pret');
  return {
    nom: 'Nœuds',
    estBon: presents.length > 0 && prets.length === services.length,
    texte: `${presents.map(({ nom }) => nom).join(', ') || 'aucun présent'}, ${prets.length} services prêts sur ${services.length}`,
  };
}

export function duree(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const heures = Math.round(minutes / 60);
  return heures < 48 ? `${heures} h` : `${Math.floor(heures / 24)} jours`;
}
