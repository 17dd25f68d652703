// How long each kind of data is kept (EX_GDT_5070): what the settings may say, what they say when nobody does, and why.
// docs/conservation.md shows the same table; a test holds the two together.

export type Duree = {
  readonly libelle: string;
  /** Days. */
  readonly defaut: number;
  readonly min: number;
  readonly max: number;
  /** French: why this long, and on what ground. */
  readonly raison: string;
};

const an = 365;

export const durees = {
  traces: {
    libelle: 'contenu des traces du journal',
    ...{ defaut: an, min: 180, max: 3 * an },
    raison:
      'CNIL, délibération 2021-122 (journalisation) : 6 mois à 1 an, 3 ans si un besoin particulier est documenté',
  },
  appelsApi: {
    libelle: 'appels de l’API',
    ...{ defaut: an, min: 30, max: 3 * an },
    raison: 'comme les traces : ce sont des journaux techniques (CNIL, délibération 2021-122)',
  },
  consultations: {
    libelle: 'échantillon des consultations LDAP et API',
    ...{ defaut: 30, min: 1, max: an },
    raison:
      'notre proposition : le temps de diagnostiquer un logiciel client ; rien n’est échantillonné par défaut',
  },
  decomptes: {
    libelle: 'décomptes des consultations, par jour et par compte',
    ...{ defaut: 3 * an, min: 30, max: 10 * an },
    raison: 'notre proposition : aucun contenu ; le nom d’un compte peut désigner un client',
  },
  extractions: {
    libelle: 'lignes sorties des extractions nationales',
    ...{ defaut: 2 * an, min: 90, max: 5 * an },
    raison:
      'notre proposition : expliquer un écart d’une année sur l’autre ; la donnée publiée l’a été par l’ANS',
  },
  chargements: {
    libelle: 'lignes rejetées et listes de changements des chargements',
    ...{ defaut: 90, min: 7, max: an },
    raison:
      'notre proposition : le temps de faire corriger un fichier ; aucun usage après le rapprochement',
  },
  fichiers: {
    libelle: 'fichiers téléchargés ou reçus, gardés dans dataDir',
    ...{ defaut: 30, min: 1, max: an },
    raison: 'notre proposition : la reprise d’un téléchargement, l’examen d’un inventaire refusé',
  },
  inventaires: {
    libelle: 'anciennes lignes et réceptions de l’inventaire',
    ...{ defaut: 2 * an, min: 90, max: 5 * an },
    raison: 'notre proposition : dire depuis quand une BAL est ainsi, et qui l’a déclarée',
  },
  balsAbsentes: {
    libelle: 'BAL sorties de l’inventaire',
    ...{ defaut: an, min: 90, max: 5 * an },
    raison: 'notre proposition : une BAL supprimée peut être réclamée ou recréée dans l’année',
  },
  constats: {
    libelle: 'constats clos',
    ...{ defaut: 2 * an, min: 90, max: 5 * an },
    raison:
      'notre proposition : deux exercices d’hygiène ; leurs nombres par jour restent, sans adresse',
  },
  operations: {
    libelle: 'plans et opérations d’alimentation terminés',
    ...{ defaut: 5 * an, min: an, max: 10 * an },
    raison:
      'preuve de ce qui a été publié ou retiré, et par qui : prescription de cinq ans (Code civil, article 2224)',
  },
  echanges: {
    libelle: 'contenu des échanges avec l’API d’alimentation',
    ...{ defaut: 180, min: 30, max: 3 * an },
    raison:
      'notre proposition : l’instruction d’un refus avec l’ANS ; l’issue reste avec l’opération',
  },
  demandes: {
    libelle: 'demandes de suppression closes',
    ...{ defaut: 5 * an, min: an, max: 10 * an },
    raison:
      'preuve du traitement d’une demande d’un professionnel : prescription de cinq ans (Code civil, article 2224)',
  },
  hygiene: {
    libelle: 'cas d’inactivité clos',
    ...{ defaut: 5 * an, min: an, max: 10 * an },
    raison:
      'preuve de l’information préalable (CNIL, délibération 2014-239) : prescription de cinq ans (Code civil, article 2224)',
  },
  avisContenus: {
    libelle: 'destinataire et contenu des avis et des évènements partis',
    ...{ defaut: 180, min: 30, max: 3 * an },
    raison:
      'notre proposition : répondre à qui dit n’avoir rien reçu ; l’état et les dates restent',
  },
  avis: {
    libelle: 'avis et évènements, dates et états',
    ...{ defaut: 3 * an, min: an, max: 10 * an },
    raison:
      'notre proposition : suivre l’acheminement sur plusieurs années, sans contenu ni destinataire',
  },
  connexions: {
    libelle: 'sessions terminées, liens et essais de connexion',
    ...{ defaut: 30, min: 1, max: an },
    raison:
      'notre proposition : la sécurité des accès ; les connexions elles-mêmes sont dans le journal',
  },
  comptes: {
    libelle: 'comptes désactivés et auteurs des clés révoquées',
    ...{ defaut: 3 * an, min: an, max: 10 * an },
    raison: 'notre proposition : tant que le journal nomme ce compte, il n’est pas effacé',
  },
  passages: {
    libelle: 'passages planifiés et nœuds disparus',
    ...{ defaut: an, min: 30, max: 5 * an },
    raison: 'notre proposition : données techniques, sans personne',
  },
} as const satisfies Readonly<Record<string, Duree>>;

export type CategorieConservation = keyof typeof durees;

export function isCategorie(text: string): text is CategorieConservation {
  return Object.hasOwn(durees, text);
}

export const categoriesConservation: readonly CategorieConservation[] =
  Object.keys(durees).filter(isCategorie);

/** Days of each category. */
export type DureesConservation = Readonly<Record<CategorieConservation, number>>;
