// Is everything well? Each point that is not, with what to do about it and where (pure).
import { instantEnFrancais } from '../../../domain/paris-time.js';
import type { NombreBorne } from '../../../domain/nombre-borne.js';
import type { Faits, SourceFraiche } from './faits.js';

export type Point = {
  /** `mal`: something has stopped or is being lost; `attention`: it will be, if nobody looks. */
  readonly genre: 'mal' | 'attention';
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
  ];
  return points.sort((x, y) => rang(x) - rang(y));
}

function rang({ genre }: Point): number {
  return genre === 'mal' ? 0 : 1;
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

function surPlan({ plan }: Faits): Point[] {
  if (plan?.etat !== 'bloque') return [];
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
  if (!demandes || demandes.enRetard === 0) return [];
  const { enRetard: n } = demandes;
  return [
    point(
      'mal',
      `${dire({ n, estDepasse: false }, 'demande de suppression attend', 'demandes de suppression attendent')} depuis trop longtemps.`,
      'Un professionnel attend une réponse : acceptez ou refusez, avec un motif.',
      '/console/demandes',
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
