// The figures of hygiene: what is counted each day, of what, and what to think of it. docs/hygiene-chiffres.md has the
// exact definitions.
import type { CodeConstat, GroupeConstat } from './constat.js';
import type { LoadSource } from './source.js';

/** What the others are shares of. */
export const bases = [
  'parc',
  'per',
  'inventaire',
  'inventaire_per',
  'publiees',
  'publiables',
  'quota_suivies',
  'operations_acceptees',
] as const;
export type Base = (typeof bases)[number];

export const chiffres = [
  'type_10',
  'orphelines',
  'perimees',
  'inactives',
  'quota_80',
  'quota_90',
  'quota_100',
  'non_publiees',
  'liste_rouge',
  'liste_rouge_publiees',
  'rattachement_ej_eg',
  'transferts_interdits',
  'doublons',
  'domaines_hors_liste_blanche',
  'domaines_sans_bal',
  'domaines_ressemblants',
  'operations_confirmees',
  'operations_non_confirmees',
  'a_traiter',
] as const;
export type Chiffre = (typeof chiffres)[number];

export type DefinitionChiffre = {
  readonly libelle: string;
  /** For the head of a column. */
  readonly court: string;
  /** Denominator; undefined: a number of its own. */
  readonly base: Base | undefined;
  /** Whether a rise is bad, good or neither. */
  readonly sens: 'moins' | 'plus' | 'neutre';
  readonly exigence: string;
  /** Constats that it counts the BAL (or the domains) of. */
  readonly codes: readonly CodeConstat[];
  readonly groupe?: GroupeConstat;
  /** Sources that it is counted from, besides those of its constats. */
  readonly sources: readonly LoadSource[];
  /** French: what it means, and what to do. */
  readonly sensPropre: string;
  readonly action: string;
};

type Partielle = Partial<DefinitionChiffre> &
  Pick<DefinitionChiffre, 'libelle' | 'court' | 'sensPropre' | 'action'>;

const define = (definition: Partielle): DefinitionChiffre => ({
  base: undefined,
  sens: 'moins',
  exigence: 'Réf. #1',
  codes: [],
  sources: [],
  ...definition,
});

export const catalogueChiffres: Readonly<Record<Chiffre, DefinitionChiffre>> = {
  type_10: define({
    libelle: 'BAL personnelles sans professionnel connu (type 10)',
    court: 'Type 10',
    base: 'per',
    exigence: 'EX_GBM_4312',
    codes: ['PER_TYPE_10'],
    sensPropre:
      'Le titulaire n’y est connu que par son adresse. Aucune ne doit plus être créée, et toutes doivent disparaître.',
    action: 'Rattachez chacune à un RPPS, changez-la de type ou supprimez-la.',
  }),
  orphelines: define({
    libelle: 'BAL orphelines',
    court: 'Orphelines',
    base: 'parc',
    groupe: 'orphan',
    codes: ['TITULAIRE_INCONNU', 'ORPHELINE_ANNUAIRE'],
    sensPropre:
      'Publiées sans être hébergées, ou tenues par un professionnel que l’annuaire ne connaît pas.',
    action: 'Dépubliez celles qui n’existent plus, corrigez le RPPS des autres.',
  }),
  perimees: define({
    libelle: 'BAL périmées ou divergentes',
    court: 'Périmées',
    base: 'parc',
    groupe: 'stale',
    codes: [
      'TITULAIRE_SANS_ACTIVITE',
      'TITULAIRE_HORS_STRUCTURE',
      'ATTRIBUTS_DIVERGENTS',
      'INACTIVE',
    ],
    sensPropre:
      'Ce qui en est publié n’est plus vrai : structure fermée, activité finie, attributs qui diffèrent, BAL inutilisée.',
    action: 'Traitez les propositions du plan ; une divergence n’est pas la preuve d’un départ.',
  }),
  inactives: define({
    libelle: 'BAL personnelles inactives',
    court: 'Inactives',
    base: 'inventaire_per',
    exigence: 'CNIL 2014-239',
    codes: ['INACTIVE'],
    sensPropre: 'Personne ne s’y est authentifié depuis la durée limite (un an au plus).',
    action: 'Prévenez le titulaire, puis supprimez-la s’il ne s’y oppose pas.',
  }),
  quota_80: define({
    libelle: 'BAL pleines de 80 à 90 %',
    court: '80 à 90 %',
    base: 'quota_suivies',
    exigence: 'EX_GBM_4470',
    codes: ['QUOTA_80'],
    sensPropre: 'Elles se remplissent : leurs utilisateurs doivent en être prévenus.',
    action: 'Prévenez leurs utilisateurs.',
  }),
  quota_90: define({
    libelle: 'BAL pleines de 90 à 100 %',
    court: '90 à 100 %',
    base: 'quota_suivies',
    exigence: 'EX_GBM_4470',
    codes: ['QUOTA_90'],
    sensPropre: 'Elles seront bientôt bloquées.',
    action: 'Prévenez leurs utilisateurs de nouveau.',
  }),
  quota_100: define({
    libelle: 'BAL pleines',
    court: 'Pleines',
    base: 'quota_suivies',
    exigence: 'EX_GBM_4470',
    codes: ['QUOTA_100'],
    sensPropre: 'Elles ne reçoivent ni n’envoient plus rien : des messages de santé se perdent.',
    action: 'Faites-les purger, ou augmentez leur quota.',
  }),
  non_publiees: define({
    libelle: 'BAL publiables et absentes de l’Annuaire',
    court: 'Non publiées',
    base: 'publiables',
    codes: ['NON_PUBLIEE'],
    sensPropre: 'Leurs correspondants ne peuvent pas les trouver.',
    action: 'Approuvez leur création dans le plan.',
  }),
  liste_rouge: define({
    libelle: 'BAL en liste rouge',
    court: 'Liste rouge',
    base: 'inventaire',
    sens: 'neutre',
    sources: ['inventaire'],
    sensPropre: 'Leur titulaire a choisi de n’être pas publié. Ce n’est pas un défaut.',
    action: 'Rien à faire.',
  }),
  liste_rouge_publiees: define({
    libelle: 'BAL en liste rouge et pourtant publiées',
    court: 'L. rouge publiées',
    base: 'inventaire',
    codes: ['LISTE_ROUGE_PUBLIEE'],
    sensPropre: 'Le choix de leur titulaire n’est pas respecté.',
    action: 'Approuvez leur passage en liste rouge dans le plan.',
  }),
  rattachement_ej_eg: define({
    libelle: 'BAL rattachées à l’entité juridique au lieu de l’établissement',
    court: 'EJ ou EG',
    base: 'parc',
    exigence: 'Réf. #1 (FINESS G/J)',
    codes: ['RATTACHEMENT_EJ_EG'],
    sensPropre: 'Le correspondant ne voit pas dans quel établissement exerce le titulaire.',
    action: 'Corrigez le rattachement dans l’inventaire.',
  }),
  transferts_interdits: define({
    libelle: 'Transferts automatiques interdits',
    court: 'Transferts',
    base: 'inventaire_per',
    exigence: 'RE_GBM_4480',
    codes: ['TRANSFERT_INTERDIT'],
    sensPropre: 'Des messages personnels partent vers une BAL qui n’est pas du même professionnel.',
    action: 'Retirez le transfert.',
  }),
  doublons: define({
    libelle: 'BAL en double pour un même titulaire et une même structure',
    court: 'Doublons',
    base: 'inventaire_per',
    codes: ['DOUBLON_TITULAIRE'],
    sensPropre: 'Le correspondant ne sait pas à laquelle écrire.',
    action: 'N’en gardez qu’une.',
  }),
  domaines_hors_liste_blanche: define({
    libelle: 'Domaines absents de la liste blanche',
    court: 'Hors liste blanche',
    codes: ['DOMAINE_HORS_LISTE_BLANCHE'],
    sensPropre: 'Leurs messages sont refusés par les autres opérateurs.',
    action: 'Faites-les inscrire par l’ANS, ou supprimez leurs BAL.',
  }),
  domaines_sans_bal: define({
    libelle: 'Domaines sans BAL',
    court: 'Sans BAL',
    codes: ['DOMAINE_SANS_BAL'],
    sensPropre: 'Un domaine inutilisé est à retirer de la liste blanche.',
    action: 'Demandez-en le retrait à l’ANS, ou retirez-les de vos réglages.',
  }),
  domaines_ressemblants: define({
    libelle: 'Domaines qui ressemblent aux vôtres, à examiner',
    court: 'Ressemblants',
    exigence: 'Lutte contre l’usurpation',
    sensPropre:
      'D’autres que vous les tiennent : la plupart sont légitimes, un seul peut servir à tromper.',
    action:
      'Regardez « domains lookalike », marquez ceux que vous connaissez, signalez les autres à l’ANS.',
  }),
  operations_confirmees: define({
    libelle: 'Opérations vues confirmées dans l’Annuaire',
    court: 'Confirmées',
    base: 'operations_acceptees',
    sens: 'plus',
    sensPropre:
      'Parmi celles que l’Annuaire a acceptées depuis 30 jours, une extraction ou une lecture les montre.',
    action:
      'Une extraction ou deux y suffisent d’ordinaire ; voyez « push status » si leur part ne monte pas.',
  }),
  operations_non_confirmees: define({
    libelle: 'Opérations acceptées que rien ne montre',
    court: 'Non confirmées',
    codes: ['NON_CONFIRMEE'],
    sensPropre: 'L’Annuaire les a acceptées, mais aucune extraction ne les montre après le délai.',
    action: 'Signalez-les à l’ANS avec leur numéro.',
  }),
  a_traiter: define({
    libelle: 'BAL qui ont au moins un constat',
    court: 'À traiter',
    base: 'parc',
    sensPropre: 'Toutes les BAL que le rapprochement signale, chacune comptée une fois.',
    action: 'Commencez par les domaines en tête du tableau.',
  }),
};

/** What a figure counts when nothing was counted. */
export type Valeurs = ReadonlyMap<Chiffre | Base, number>;

/** Share of its denominator; undefined when it has none, or nothing to divide by. */
export function partDe(chiffre: Chiffre, valeurs: Valeurs): number | undefined {
  const { base } = catalogueChiffres[chiffre];
  const total = base === undefined ? 0 : (valeurs.get(base) ?? 0);
  return total === 0 ? undefined : Math.min(1, (valeurs.get(chiffre) ?? 0) / total);
}
