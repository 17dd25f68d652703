// One structure and one holder's practice, judged as the reconciliation does (docs/constats.md): a test holds the two
// against each other.
import type { StructureLue } from '../domain/id-nat-struct.js';
import type { FaitsStructure, LigneExercice } from '../store/verification.js';

export type StructureVue = StructureLue & {
  readonly nature: 'EJ' | 'EG' | undefined;
  /** FINESS of the EJ, or SIREN. */
  readonly ej: string | undefined;
  readonly estConnue: boolean;
  readonly estFermee: boolean;
  /** aaaa-mm-jj. */
  readonly dateFermeture: string | undefined;
  readonly raisonSociale: string | undefined;
};

/** The FINESS source first, Personne_activite otherwise; a number seen there in both columns is an EG. */
export function viewStructure(structure: StructureLue, faits: FaitsStructure): StructureVue {
  const { finess, site, autre, estEjVue } = faits;
  return {
    ...structure,
    nature: finess ? finess.nature : site ? 'EG' : estEjVue ? 'EJ' : undefined,
    ej: ejOf(structure, faits),
    estConnue: finess !== undefined || site !== undefined || autre !== undefined || estEjVue,
    estFermee: finess?.estFermee ?? false,
    dateFermeture: finess?.dateFermeture,
    raisonSociale: (finess ?? site ?? autre)?.raisonSociale,
  };
}

function ejOf({ genre, identifiant }: StructureLue, faits: FaitsStructure): string | undefined {
  switch (genre) {
    case 'finess':
      if (faits.finess) {
        return faits.finess.ej ?? (faits.finess.nature === 'EJ' ? identifiant : undefined);
      }
      return faits.site ? faits.site.ej : faits.estEjVue ? identifiant : undefined;
    case 'siret':
      return identifiant.slice(0, 9);
    case 'siren':
      return identifiant;
    case 'cabinet':
    case 'autre':
      return undefined;
  }
}

/** The line says where, or how, the holder practises. */
export function isActivite(ligne: LigneExercice): boolean {
  return (
    ligne.aMode ||
    ligne.aGenre ||
    [ligne.siret, ligne.site, ligne.ej, ligne.technique].some((id) => id !== undefined)
  );
}

/** « Le titulaire exerce dans la structure » of docs/constats.md, for one line. */
export function exerceDans(structure: StructureVue, ligne: LigneExercice): boolean {
  const { genre, identifiant, id, ej } = structure;
  switch (genre) {
    case 'finess':
      return (
        ligne.site === identifiant ||
        ligne.ej === identifiant ||
        (ej !== undefined && (ligne.ej === ej || ligne.ejDuSite === ej))
      );
    case 'siret': {
      const siren = identifiant.slice(0, 9);
      return (
        ligne.siret === identifiant ||
        ligne.siren === siren ||
        ligne.siret?.slice(0, 9) === siren ||
        ligne.siretDuSite === identifiant
      );
    }
    case 'siren':
      return ligne.siren === identifiant || ligne.siret?.slice(0, 9) === identifiant;
    case 'cabinet':
      return (
        ligne.technique === identifiant ||
        ligne.technique === `R${identifiant}` ||
        ligne.ancien === id
      );
    case 'autre':
      return false;
  }
}

/** The only EG of this EJ where the holder practises; undefined when there is none, or several. */
export function findEgUnique(
  structure: StructureVue,
  lignes: readonly LigneExercice[],
): string | undefined {
  if (structure.nature !== 'EJ') return undefined;
  const sites = lignes
    .filter((ligne) => (ligne.ejDuSite ?? ligne.ej) === structure.identifiant)
    .map((ligne) => ligne.site)
    .filter((site) => site !== undefined);
  return new Set(sites).size === 1 ? sites[0] : undefined;
}
