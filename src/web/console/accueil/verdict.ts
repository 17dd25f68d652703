// Is everything well? Each point that is not, with what to do about it and where (pure).
import { instantEnFrancais } from '../../../domain/paris-time.js';
import { direEcheance } from '../../../domain/certificat.js';
import type { NombreBorne } from '../../../domain/nombre-borne.js';
import type { Faits, SourceFraiche } from './faits.js';

export type Point = {
  /**
   * `mal`: something has stopped or is being lost; `attention`: it will be, if nobody looks; `decision`: nothing is wrong,
   * and a person is waited for.
   */
  readonly genre: 'mal' | 'attention' | 'decision';
  readonly texte: string;
  readonly remede: string;
  /** Of the console. */
  readonly chemin: string | null;
};

/** The worst first. */
export function juger(faits: Faits, now: Date): Point[] {
  const points = [
    ...faits.sources.flatMap(surSource),
    ...surRapprochement(faits),
    ...surPlan(faits),
    ...surCanal(faits, now),
    ...surOperations(faits),
    ...surAvis(faits),
    ...surDemandes(faits),
    ...surHygiene(faits),
    ...surRessemblants(faits),
    ...surCertificats(faits),
  ];
  return points.sort((x, y) => rang(x) - rang(y));
}

const genres: readonly Point['genre'][] = ['mal', 'attention', 'decision'];

function rang({ genre }: Point): number {
  return genres.indexOf(genre);
}

/** One sentence; decisions that wait are not called faults. */
export function direVerdict(points: readonly Point[]): string {
  const fautes = points.filter(({ genre }) => genre !== 'decision').length;
  if (fautes > 0) {
    return fautes === 1
      ? '1 point demande votre attention'
      : `${fautes} points demandent votre attention`;
  }
  return points.length === 0 ? 'Tout va bien' : 'Rien d’anormal : des décisions sont attendues';
}

function surSource({ libelle: nom, freshness, estInventaire, echec }: SourceFraiche): Point[] {
  const libelle = capitale(nom);
  const commande = estInventaire ? 'annuaire-sync inventory sync' : 'annuaire-sync extract';
  switch (freshness.kind) {
    case 'jamais-chargee':
      return [
        point(
          'mal',
          `${libelle} : jamais chargé.`,
          `${phrase(freshness.cause)} Lancez « ${commande} ».`,
        ),
      ];
    case 'en-retard':
      return [
        point(
          'attention',
          `${libelle} : en retard, ${duree(freshness.ageHours)}.`,
          phrase(freshness.cause),
        ),
      ];
    case 'a-jour':
      return echec === undefined
        ? []
        : [point('attention', `${libelle} : la dernière tentative a échoué.`, phrase(echec))];
  }
}

function surCertificats({ certificats: { certificats, illisibles } }: Faits): Point[] {
  return [
    ...illisibles.map(({ nom, message }) =>
      point('attention', `Le certificat « ${nom} » ne se lit pas.`, message),
    ),
    ...certificats.flatMap((certificat) => {
      if (certificat.etat === 'valable') return [];
      const [texte, remede] = direEcheance(certificat);
      return [point(certificat.etat === 'bientot' ? 'attention' : 'mal', texte, remede)];
    }),
  ];
}

function surRapprochement({ run, sources }: Faits): Point[] {
  if (!run) {
    return [
      point(
        'mal',
        'Aucun rapprochement n’a encore été fait.',
        'Lancez « annuaire-sync reconcile » une fois les sources chargées.',
      ),
    ];
  }
  const vus = Object.values(run.loads);
  const derniers = Math.max(0, ...sources.map(({ loadId }) => loadId ?? 0));
  if (derniers <= Math.max(0, ...vus)) return [];
  return [
    point(
      'attention',
      'Des données chargées n’ont pas encore été rapprochées.',
      'Lancez « annuaire-sync reconcile », ou vérifiez qu’il est planifié après les chargements.',
    ),
  ];
}

function surPlan({ plan, run, operations }: Faits): Point[] {
  const proposees = operations.get('planned');
  // A guard is lifted, or what it saw mended, before anything is decided.
  if (plan?.etat !== 'bloque') {
    if (!proposees) return [];
    const texte = dire(
      proposees,
      'opération attend une décision',
      'opérations attendent une décision',
    );
    return [
      point(
        'decision',
        `${texte}.`,
        plan && run && plan.reconcileRunId !== run.id
          ? 'Le plan date d’avant le dernier rapprochement : recalculez-le, puis décidez.'
          : 'Rien n’est transmis à l’Annuaire sans elle.',
        '/console/plan',
      ),
    ];
  }
  const actives = plan.gardes.filter(({ leveePar }) => leveePar === undefined);
  const [premiere] = actives;
  return [
    point(
      'mal',
      `Le plan n° ${plan.id} est bloqué par ${actives.length > 1 ? `${actives.length} gardes` : 'une garde'}.`,
      premiere?.message ?? 'Ouvrez le plan pour voir laquelle, puis levez-la avec un motif.',
      '/console/plan',
    ),
  ];
}

function surCanal({ canal }: Faits, now: Date): Point[] {
  if (canal.stop) {
    return [
      point(
        'mal',
        `L’envoi vers l’Annuaire est arrêté depuis le ${instantEnFrancais(canal.stop.at)}.`,
        canal.stop.message,
        '/console/envois',
      ),
    ];
  }
  if (!canal.pausedUntil || canal.pausedUntil <= now) return [];
  return [
    point(
      'attention',
      `L’envoi vers l’Annuaire est en pause jusqu’au ${instantEnFrancais(canal.pausedUntil)}.`,
      canal.pauseReason,
      '/console/envois',
    ),
  ];
}

function surOperations({ operations }: Faits): Point[] {
  const [refusees, retenues] = [operations.get('dead'), operations.get('held')];
  return [
    ...(refusees
      ? [
          point(
            'mal',
            `${dire(refusees, 'opération refusée', 'opérations refusées')} par l’Annuaire.`,
            'Lisez le motif de chacune, corrigez, puis rejouez-la ou annulez-la.',
            '/console/envois?etat=dead',
          ),
        ]
      : []),
    ...(retenues
      ? [
          point(
            'attention',
            `${dire(retenues, 'opération retenue', 'opérations retenues')} avant l’envoi.`,
            'Chacune dit pourquoi : décidez de la rejouer ou de l’annuler.',
            '/console/envois?etat=held',
          ),
        ]
      : []),
  ];
}

function surAvis({ courriels, webhooks }: Faits): Point[] {
  return [['courriel', courriels] as const, ['webhook', webhooks] as const].flatMap(
    ([nom, comptes]) => {
      const echoues = (['refuse', 'abandonne'] as const).flatMap((etat) => comptes.get(etat) ?? []);
      const n = echoues.reduce((sum, un) => sum + un.n, 0);
      if (n === 0) return [];
      return [
        point(
          'attention',
          `${dire({ n, estDepasse: echoues.some((un) => un.estDepasse) }, `${nom} n’est pas parti`, `${nom}s ne sont pas partis`)}.`,
          '« annuaire-sync notices list » dit pourquoi ; « notices retry » les renvoie.',
        ),
      ];
    },
  );
}

function surDemandes({ demandes }: Faits): Point[] {
  if (!demandes) return [];
  const { enRetard, enAttente } = demandes;
  if (enRetard > 0) {
    const texte = dire(
      { n: enRetard, estDepasse: false },
      'demande de suppression attend',
      'demandes de suppression attendent',
    );
    return [
      point(
        'mal',
        `${texte} depuis trop longtemps.`,
        'Un professionnel attend : acceptez ou refusez, avec un motif ; ce qui est accepté est à transmettre.',
        '/console/demandes?etat=retard',
      ),
    ];
  }
  if (enAttente === 0) return [];
  const texte = dire(
    { n: enAttente, estDepasse: false },
    'demande de suppression attend une réponse',
    'demandes de suppression attendent une réponse',
  );
  return [
    point(
      'decision',
      `${texte}.`,
      'Acceptez ou refusez, avec un motif.',
      '/console/demandes?etat=attente',
    ),
  ];
}

function surHygiene({ arretsHygiene }: Faits): Point[] {
  if (arretsHygiene.length === 0) return [];
  return [
    point(
      'attention',
      'Le cycle des BAL inactives s’est arrêté de lui-même.',
      `« annuaire-sync hygiene run » dit pourquoi (${arretsHygiene.join(', ')}).`,
    ),
  ];
}

function surRessemblants({ ressemblants: n }: Faits): Point[] {
  if (n === 0) return [];
  return [
    point(
      'attention',
      `${dire({ n, estDepasse: false }, 'domaine ressemble aux vôtres', 'domaines ressemblent aux vôtres')}.`,
      '« annuaire-sync domains lookalike » les montre : marquez ceux que vous connaissez, signalez les autres à l’ANS.',
    ),
  ];
}

function point(
  genre: Point['genre'],
  texte: string,
  remede: string,
  chemin: string | null = null,
): Point {
  return { genre, texte, remede, chemin };
}

const entier = new Intl.NumberFormat('fr-FR');

export function dire({ n, estDepasse }: NombreBorne, un: string, plusieurs: string): string {
  return `${estDepasse ? 'Plus de ' : ''}${entier.format(n)} ${n > 1 ? plusieurs : un}`;
}

function duree(heures: number): string {
  const jours = Math.floor(heures / 24);
  return jours >= 2 ? `${jours} jours` : `${Math.round(heures)} h`;
}

/** With its capital and its full stop. */
function phrase(text: string): string {
  const fini = /[.!?»]$/u.test(text) ? text : `${text}.`;
  return capitale(fini);
}

export function capitale(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
