// One structure and one holder's practice, judged as the reconciliation does (docs/constats.md): a test holds the two
// against each other.
import type { StructureLue } from '../domain/id-nat-struct.js';
import type { FaitsStructure, LigneExercice } from '../store/verification.js';

export type SeenStructure = StructureLue & {
  readonly nature: 'EJ' | 'EG' | undefined;
  /** FINESS of the EJ, or SIREN. */
  readonly ej: string | undefined;
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  /** aaaa-mm-jj. */
  readonly dateFermeture: string | undefined;
  readonly raisonSociale: string | undefined;
};

/** The FINESS source first, Personne_activite otherwise; a number seen there in both columns is an EG. */
export function viewStructure(structure: StructureLue, facts: FaitsStructure): SeenStructure {
  const { finess, site, autre, estEjVue } = facts;
  return {
    ...structure,
    nature: finess ? finess.nature : site ? 'EG' : estEjVue ? 'EJ' : undefined,
    ej: ejOf(structure, facts),
    isKnown: finess !== undefined || site !== undefined || autre !== undefined || estEjVue,
    isClosed: finess?.estFermee ?? false,
    dateFermeture: finess?.dateFermeture,
    raisonSociale: (finess ?? site ?? autre)?.raisonSociale,
  };
}

function ejOf({ genre, identifiant }: StructureLue, facts: FaitsStructure): string | undefined {
  switch (genre) {
    case 'finess':
      if (facts.finess) {
        return facts.finess.ej ?? (facts.finess.nature === 'EJ' ? identifiant : undefined);
      }
      return facts.site ? facts.site.ej : facts.estEjVue ? identifiant : undefined;
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
export function isActivite(line: LigneExercice): boolean {
  return (
    line.aMode ||
    line.aGenre ||
    [line.siret, line.site, line.ej, line.technique].some((id) => id !== undefined)
  );
}

/** « Le titulaire exerce dans la structure » of docs/constats.md, for one line. */
export function practisesIn(structure: SeenStructure, line: LigneExercice): boolean {
  const { genre, identifiant, id, ej } = structure;
  switch (genre) {
    case 'finess':
      return (
        line.site === identifiant ||
        line.ej === identifiant ||
        (ej !== undefined && (line.ej === ej || line.ejDuSite === ej))
      );
    case 'siret': {
      const siren = identifiant.slice(0, 9);
      return (
        line.siret === identifiant ||
        line.siren === siren ||
        line.siret?.slice(0, 9) === siren ||
        line.siretDuSite === identifiant
      );
    }
    case 'siren':
      return line.siren === identifiant || line.siret?.slice(0, 9) === identifiant;
    case 'cabinet':
      return (
        line.technique === identifiant || line.technique === `R${identifiant}` || line.ancien === id
      );
    case 'autre':
      return false;
  }
}

/** The only EG of this EJ where the holder practises; undefined when there is none, or several. */
export function findEgUnique(
  structure: SeenStructure,
  lines: readonly LigneExercice[],
): string | undefined {
  if (structure.nature !== 'EJ') return undefined;
  const sites = lines
    .filter((line) => (line.ejDuSite ?? line.ej) === structure.identifiant)
    .map((line) => line.site)
    .filter((site) => site !== undefined);
  return new Set(sites).size === 1 ? sites[0] : undefined;
}
