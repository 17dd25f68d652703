// What a check answers: a verdict, the reasons that refuse, the warnings that do not. Codes are part of the interface.

/** Each reason or warning, and the requirement that it serves. */
export const catalogueMotifs = {
  ADRESSE_INVALIDE: 'API d’alimentation',
  ADRESSE_PRISE: 'Référentiel #1',
  ADRESSE_DEJA_UTILISEE: 'Référentiel #1',
  DOMAINE_ETRANGER: 'Référentiel #1',
  DOMAINE_HORS_LISTE_BLANCHE: 'Référentiel #1',
  TYPE_BAL_INCONNU: 'Référentiel #1',
  PER_TYPE_10: 'EX_GBM_4312',
  TITULAIRE_ABSENT: 'EX_GBM_4312',
  TITULAIRE_NON_NATIONAL: 'EX_GBM_4312',
  IDENTIFIANT_MAL_FORME: 'EX_GBM_4312',
  TITULAIRE_INCONNU: 'EX_GBM_4312',
  TITULAIRE_SANS_ACTIVITE: 'Référentiel #1',
  TITULAIRE_HORS_STRUCTURE: 'EX_GBM_6021',
  TITULAIRE_ADELI: 'Référentiel #1',
  DOUBLON_TITULAIRE: 'Référentiel #1',
  CLE_DE_CONTROLE: 'Référentiel #1',
  STRUCTURE_ABSENTE: 'Référentiel #1 (FINESS G/J)',
  STRUCTURE_MAL_FORMEE: 'Référentiel #1 (FINESS G/J)',
  STRUCTURE_INCONNUE: 'Référentiel #1 (FINESS G/J)',
  STRUCTURE_FERMEE: 'Référentiel #1 (FINESS G/J)',
  RATTACHEMENT_EJ_EG: 'Référentiel #1 (FINESS G/J)',
  TRANSFERT_SOURCE_INCONNUE: 'RE_GBM_4480',
  TRANSFERT_NON_CONCERNE: 'RE_GBM_4480',
  TRANSFERT_VERS_SOI: 'RE_GBM_4480',
  TRANSFERT_CIBLE_INCONNUE: 'RE_GBM_4480',
  TRANSFERT_CIBLE_NON_PER: 'RE_GBM_4480',
  TRANSFERT_AUTRE_TITULAIRE: 'RE_GBM_4480',
  TRANSFERT_TITULAIRE_NON_IDENTIFIE: 'RE_GBM_4480',
  SOURCE_ABSENTE: 'Référentiel #1',
  SOURCE_EN_RETARD: 'Référentiel #1',
} as const;

export type CodeMotif = keyof typeof catalogueMotifs;

export type Motif = {
  readonly code: CodeMotif;
  readonly exigence: string;
  /** French: what is wrong, and what to do. */
  readonly message: string;
};

/** One thing that a rule saw: it refuses, or it only warns. */
export type Remark = { readonly refuse: boolean; readonly motif: Motif };

export type Verdict<Normalise> = {
  readonly autorise: boolean;
  readonly motifs: readonly Motif[];
  readonly avertissements: readonly Motif[];
  readonly normalise: Normalise;
};

export function refuse(code: CodeMotif, message: string): Remark {
  return { refuse: true, motif: { code, exigence: catalogueMotifs[code], message } };
}

export function warn(code: CodeMotif, message: string): Remark {
  return { refuse: false, motif: { code, exigence: catalogueMotifs[code], message } };
}

/** `what`: « du RPPS 10… ». No official rule is broken by a wrong key: it only warns. */
export function warnWrongKey(what: string): Remark {
  return warn(
    'CLE_DE_CONTROLE',
    `Le chiffre de contrôle ${what} est faux : vérifiez qu’il ne s’agit pas d’une faute de frappe.`,
  );
}

/** Allowed unless a single remark refuses. */
export function conclude<Normalise>(
  remarks: readonly Remark[],
  normalise: Normalise,
): Verdict<Normalise> {
  const motifs = remarks.filter(({ refuse }) => refuse).map(({ motif }) => motif);
  const avertissements = remarks.filter(({ refuse }) => !refuse).map(({ motif }) => motif);
  return { autorise: motifs.length === 0, motifs, avertissements, normalise };
}
