// A BAL as the national extraction publishes it: every line in service of one address.

/**
 * The national columns of one line, one BAL × one attachment. The empty string: nothing was published.
 * Thousands of lines say the same of an exercice or of a structure: those may share one object.
 */
export type LigneBalPubliee = {
  readonly adressePubliee: string;
  readonly typeBal: string;
  readonly typeIdentifiantPp: string;
  readonly identifiantPp: string;
  readonly identificationNationalePp: string;
  readonly serviceRattachement: string;
  readonly nomExercice: string;
  readonly prenomExercice: string;
  readonly dematerialisation: string;
  readonly exercice: ExercicePublie;
  readonly structure: StructurePubliee;
};

export type ExercicePublie = {
  readonly civiliteExercice: string;
  readonly categorieProfession: string;
  readonly libelleCategorieProfession: string;
  readonly codeProfession: string;
  readonly libelleProfession: string;
  readonly codeSavoirFaire: string;
  readonly libelleSavoirFaire: string;
};

/** The structure, and the place of the attachment. */
export type StructurePubliee = {
  readonly typeIdentifiantStructure: string;
  readonly identificationStructure: string;
  /** IdNatStruct as `id_nat_struct` makes it (`1` + FINESS…). */
  readonly structureId: string;
  readonly raisonSociale: string;
  readonly enseigneCommerciale: string;
  readonly complementLocalisation: string;
  readonly complementDistribution: string;
  readonly numeroVoie: string;
  readonly complementNumeroVoie: string;
  readonly typeVoie: string;
  readonly libelleVoie: string;
  readonly lieuDit: string;
  readonly ligneAcheminement: string;
  readonly codePostal: string;
  readonly departement: string;
  readonly pays: string;
};

export type BalPubliee = {
  /** Lower-cased: the key. */
  readonly adresse: string;
  /** Date of the extraction in which the youngest of its lines appeared. */
  readonly modifieLe: Date;
  /** At least one; oldest attachment first, then in a fixed order. */
  readonly lignes: readonly LigneBalPubliee[];
};
