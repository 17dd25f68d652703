// The findings: their codes (part of the interface), and what a finding carries.
import type { LoadSource } from './source.js';

/** In the order of the report. */
export const groupesConstat = [
  { nom: 'blocked', libelle: 'À bloquer' },
  { nom: 'orphan', libelle: 'Orphelines' },
  { nom: 'stale', libelle: 'Périmées ou divergentes' },
  { nom: 'feed', libelle: "Alimentation de l'Annuaire" },
  { nom: 'domain', libelle: 'Domaines' },
  { nom: 'hygiene', libelle: 'Hygiène des BAL' },
] as const;

export type GroupeConstat = (typeof groupesConstat)[number]['nom'];

export const codesConstat = [
  'PER_TYPE_10',
  'TITULAIRE_INCONNU',
  'ORPHELINE_ANNUAIRE',
  'TITULAIRE_SANS_ACTIVITE',
  'TITULAIRE_HORS_STRUCTURE',
  'TITULAIRE_ADELI',
  'STRUCTURE_INCONNUE',
  'STRUCTURE_FERMEE',
  'RATTACHEMENT_EJ_EG',
  'ATTRIBUTS_DIVERGENTS',
  'TYPE_DIVERGENT',
  'INACTIVE',
  'NON_PUBLIEE',
  'LISTE_ROUGE_PUBLIEE',
  'NON_CONFIRMEE',
  'ADRESSE_INVALIDE',
  'DOMAINE_HORS_LISTE_BLANCHE',
  'DOMAINE_SANS_BAL',
  'DOUBLON_TITULAIRE',
  'QUOTA_80',
  'QUOTA_90',
  'QUOTA_100',
  'TRANSFERT_INTERDIT',
] as const;

export type CodeConstat = (typeof codesConstat)[number];

export type DefinitionConstat = {
  readonly groupe: GroupeConstat;
  /** Number of the requirement, or the text, that it serves. */
  readonly exigence: string;
  readonly libelle: string;
  /** Proposed action, in French. */
  readonly action: string;
  /** Without one of these ever loaded, nothing can be said: the rule is not evaluated. */
  readonly sources: readonly LoadSource[];
};

type Json = null | boolean | number | string | readonly Json[] | { readonly [cle: string]: Json };

/** The values on both sides that make a finding true (docs/rapport-json.md describes them code by code). */
export type Valeurs = Readonly<Record<string, Json>>;

export type Constat = {
  readonly code: CodeConstat;
  readonly domaine: string;
  /** Undefined for a finding about a whole domain. */
  readonly adresse: string | undefined;
  /** Tells several findings of one code about one BAL apart: the idNatStruct of the attachment. */
  readonly precision: string;
  readonly typeBal: string | undefined;
  readonly valeurs: Valeurs;
};

export const catalogueConstats: Readonly<Record<CodeConstat, DefinitionConstat>> = {
  PER_TYPE_10: {
    groupe: 'blocked',
    exigence: 'EX_GBM_4312',
    libelle: 'BAL PER dont le titulaire n’est pas identifié',
    action:
      'Identifier le titulaire par son RPPS, ou supprimer la BAL : le type 10 doit disparaître.',
    sources: [],
  },
  TITULAIRE_INCONNU: {
    groupe: 'orphan',
    exigence: 'Référentiel #1',
    libelle: 'Titulaire inconnu du fichier national',
    action:
      'Vérifier le RPPS ; s’il est exact, le professionnel n’est plus enregistré : supprimer la BAL.',
    sources: ['professionnels'],
  },
  ORPHELINE_ANNUAIRE: {
    groupe: 'orphan',
    exigence: 'Référentiel #1',
    libelle: 'BAL publiée mais absente de l’inventaire',
    action: 'Dépublier la BAL si elle n’existe plus, ou compléter l’inventaire.',
    sources: ['bals', 'inventaire'],
  },
  TITULAIRE_SANS_ACTIVITE: {
    groupe: 'stale',
    exigence: 'Référentiel #1',
    libelle: 'Titulaire connu, sans aucune activité',
    action: 'Demander au titulaire s’il exerce encore ; sinon, supprimer la BAL.',
    sources: ['professionnels'],
  },
  TITULAIRE_HORS_STRUCTURE: {
    groupe: 'stale',
    exigence: 'EX_GBM_6021',
    libelle: 'Titulaire sans activité connue dans la structure de la BAL',
    action:
      'À examiner avec le titulaire et la structure : un écart n’est pas la preuve d’un départ. Ne pas supprimer d’office.',
    sources: ['professionnels'],
  },
  TITULAIRE_ADELI: {
    groupe: 'stale',
    exigence: 'Référentiel #1',
    libelle: 'Titulaire encore identifié par un numéro ADELI',
    action: 'Remplacer le numéro ADELI par le RPPS du titulaire.',
    sources: [],
  },
  STRUCTURE_INCONNUE: {
    groupe: 'stale',
    exigence: 'Référentiel #1 (FINESS G/J)',
    libelle: 'Structure introuvable',
    action: 'Corriger l’identifiant de la structure de rattachement.',
    sources: ['professionnels'],
  },
  STRUCTURE_FERMEE: {
    groupe: 'stale',
    exigence: 'Référentiel #1 (FINESS G/J)',
    libelle: 'Structure fermée',
    action: 'Rattacher la BAL à la structure qui a repris l’activité, ou la supprimer.',
    sources: ['finess'],
  },
  RATTACHEMENT_EJ_EG: {
    groupe: 'stale',
    exigence: 'Référentiel #1 (FINESS G/J)',
    libelle: 'Rattachement à la mauvaise entité, juridique ou géographique',
    action: 'Rattacher la BAL au bon numéro FINESS.',
    sources: ['professionnels'],
  },
  ATTRIBUTS_DIVERGENTS: {
    groupe: 'stale',
    exigence: 'Référentiel #1',
    libelle: 'Publication différente de l’inventaire',
    action: 'Publier les valeurs de l’inventaire, ou corriger l’inventaire.',
    sources: ['bals', 'inventaire'],
  },
  TYPE_DIVERGENT: {
    groupe: 'stale',
    exigence: 'Référentiel #1',
    libelle: 'Type de BAL différent de celui de l’inventaire',
    action:
      'Le type ne se modifie pas : supprimer la publication puis publier la BAL sous son vrai type.',
    sources: ['bals', 'inventaire'],
  },
  INACTIVE: {
    groupe: 'stale',
    exigence: 'CNIL 2014-239',
    libelle: 'BAL inactive',
    action: 'Prévenir le titulaire, puis supprimer la BAL s’il ne s’y oppose pas.',
    sources: ['inventaire'],
  },
  NON_PUBLIEE: {
    groupe: 'feed',
    exigence: 'Référentiel #1',
    libelle: 'BAL publiable absente de l’Annuaire',
    action: 'Publier la BAL.',
    sources: ['bals', 'inventaire'],
  },
  LISTE_ROUGE_PUBLIEE: {
    groupe: 'feed',
    exigence: 'Référentiel #1',
    libelle: 'BAL en liste rouge, pourtant publiée',
    action: 'Transmettre à l’Annuaire que la BAL est en liste rouge.',
    sources: ['bals', 'inventaire'],
  },
  NON_CONFIRMEE: {
    groupe: 'feed',
    exigence: 'Référentiel #1',
    libelle: 'Opération acceptée par l’Annuaire, mais que ni extraction ni lecture ne montre',
    action:
      'Regarder la BAL dans l’Annuaire (« annuaire-sync push show » donne la réponse reçue), puis la signaler à l’ANS.',
    sources: ['bals'],
  },
  ADRESSE_INVALIDE: {
    groupe: 'feed',
    exigence: 'API d’alimentation',
    libelle: 'Adresse que l’Annuaire ne peut pas publier',
    action: 'Recréer la BAL dans un domaine MSSanté : une adresse ne se modifie pas.',
    sources: [],
  },
  DOMAINE_HORS_LISTE_BLANCHE: {
    groupe: 'domain',
    exigence: 'Référentiel #1',
    libelle: 'Domaine absent de la liste blanche',
    action: 'Faire inscrire le domaine, ou supprimer toutes ses BAL s’il est retiré.',
    sources: ['liste-blanche'],
  },
  DOMAINE_SANS_BAL: {
    groupe: 'domain',
    exigence: 'Référentiel #1',
    libelle: 'Domaine sans BAL',
    action: 'Demander le retrait du domaine s’il ne sert plus.',
    sources: ['inventaire'],
  },
  DOUBLON_TITULAIRE: {
    groupe: 'hygiene',
    exigence: 'Référentiel #1',
    libelle: 'Plusieurs BAL PER pour le même titulaire et la même structure',
    action: 'Garder une seule de ces BAL avec l’accord du titulaire.',
    sources: ['inventaire'],
  },
  QUOTA_80: {
    groupe: 'hygiene',
    exigence: 'EX_GBM_4470',
    libelle: 'BAL remplie à 80 % ou plus',
    action: 'Prévenir les utilisateurs de la BAL.',
    sources: ['inventaire'],
  },
  QUOTA_90: {
    groupe: 'hygiene',
    exigence: 'EX_GBM_4470',
    libelle: 'BAL remplie à 90 % ou plus',
    action: 'Prévenir de nouveau les utilisateurs de la BAL.',
    sources: ['inventaire'],
  },
  QUOTA_100: {
    groupe: 'hygiene',
    exigence: 'EX_GBM_4470',
    libelle: 'BAL pleine',
    action: 'Prévenir les utilisateurs que la BAL ne peut plus ni recevoir ni émettre.',
    sources: ['inventaire'],
  },
  TRANSFERT_INTERDIT: {
    groupe: 'hygiene',
    exigence: 'RE_GBM_4480',
    libelle: 'Transfert automatique vers une autre BAL que celles du titulaire',
    action: 'Supprimer le transfert, ou le diriger vers une BAL PER du même titulaire.',
    sources: ['bals', 'inventaire'],
  },
};
