// What truth.json holds: the constats that docs/constats.md makes of the sample.

export type ConstatCode =
  | 'PER_TYPE_10'
  | 'TITULAIRE_INCONNU'
  | 'ORPHELINE_ANNUAIRE'
  | 'TITULAIRE_SANS_ACTIVITE'
  | 'TITULAIRE_HORS_STRUCTURE'
  | 'TITULAIRE_ADELI'
  | 'STRUCTURE_INCONNUE'
  | 'STRUCTURE_FERMEE'
  | 'RATTACHEMENT_EJ_EG'
  | 'ATTRIBUTS_DIVERGENTS'
  | 'TYPE_DIVERGENT'
  | 'INACTIVE'
  | 'NON_PUBLIEE'
  | 'LISTE_ROUGE_PUBLIEE'
  | 'DOMAINE_HORS_LISTE_BLANCHE'
  | 'DOMAINE_SANS_BAL'
  | 'DOUBLON_TITULAIRE'
  | 'QUOTA_80'
  | 'QUOTA_90'
  | 'QUOTA_100'
  | 'TRANSFERT_INTERDIT'
  | 'ADRESSE_INVALIDE';

/** A constat that a right reconciliation must find. */
export type ExpectedConstat = {
  readonly code: ConstatCode;
  readonly domaine: string;
  readonly adresse: string | null;
  readonly precision: string;
  /** Some of the values that it must carry. */
  readonly valeurs?: Readonly<Record<string, unknown>>;
  /** The planted case, for whoever reads a failure. */
  readonly cas: string;
};

export type Attendu = {
  readonly code: ConstatCode;
  readonly precision?: string;
  readonly valeurs?: Readonly<Record<string, unknown>>;
};
