// Structures by their names: one Organization may be called by its FINESS, its SIRET or its RPPS-rang.
import { Cache } from './cache.js';
import type { FaitsStructure } from '../store/simulateur-structures.js';

export type Organisation = {
  /** IdNatStruct that names it first: as the seed does, else as the national files do. */
  readonly cle: string;
  readonly finess: string | undefined;
  readonly siret: string | undefined;
  readonly siren: string | undefined;
  readonly rppsRang: string | undefined;
};

export type ChercheFaits = (ids: readonly string[]) => Promise<readonly FaitsStructure[]>;

const cacheMax = 50_000;

export class Structures {
  readonly #connues = new Map<string, Organisation>();
  /** Known although the seed does not name them. */
  readonly #retenues = new Map<string, Organisation>();
  readonly #cache = new Cache<readonly Organisation[]>(cacheMax);
  readonly #cherche: ChercheFaits;

  /** `cherche`: what is in service now. */
  constructor(cherche: ChercheFaits) {
    this.#cherche = cherche;
  }

  get connueCount(): number {
    return new Set(this.#connues.values()).size;
  }

  /** Names that the seed uses, with their facts; those of one structure become one Organization. */
  semer(noms: readonly string[], faits: readonly FaitsStructure[]): void {
    const faitsDe = new Map(faits.map((one) => [one.id, one]));
    const groupes = new Map<string, string[]>();
    for (const nom of [...noms].sort()) {
      const canonique = nomCanonique(nom, faitsDe.get(nom));
      const groupe = groupes.get(canonique);
      if (groupe) groupe.push(nom);
      else groupes.set(canonique, [nom]);
    }
    for (const [canonique, groupe] of groupes) {
      const cle = groupe.includes(canonique) ? canonique : (groupe[0] ?? canonique);
      const organisation = organisationDe(cle, canonique, faitsDe.get(cle));
      for (const nom of [...groupe, canonique]) this.#connues.set(nom, organisation);
    }
  }

  /** Keeps an Organization that the seed does not name: from now on something is carried there. */
  retenir(organisation: Organisation): void {
    if (this.#connues.has(organisation.cle)) return;
    this.#connues.set(organisation.cle, organisation);
    this.#retenues.set(organisation.cle, organisation);
  }

  /** The Organization of that key when it is not the seed's; keeps it if it was only looked up so far. */
  retenirVue(cle: string): Organisation | undefined {
    const vue = this.vue(cle);
    if (vue) this.retenir(vue);
    return this.#retenues.get(cle);
  }

  /** One that is known already: seeded, or kept. */
  connue(nom: string): Organisation | undefined {
    return this.#connues.get(nom);
  }

  /** As far as it was seeded or looked up. */
  vue(cle: string): Organisation | undefined {
    return this.#connues.get(cle) ?? this.#cache.get(cle)?.find((one) => one.cle === cle);
  }

  /** The Organizations of that name; several when, say, sites share a SIRET. */
  async find(nom: string): Promise<readonly Organisation[]> {
    const connue = this.#connues.get(nom);
    if (connue) return [connue];
    const cached = this.#cache.get(nom);
    if (cached) return cached.map((one) => this.#connues.get(one.cle) ?? one);
    const [faits] = await this.#cherche([nom]);
    // What is not there yet may come with the next national file: not remembered.
    if (!faits) return [];
    const trouvees = this.#organisationsDe(nom, faits);
    this.#cache.set(nom, trouvees);
    return trouvees;
  }

  #organisationsDe(nom: string, faits: FaitsStructure): readonly Organisation[] {
    const isPartage = /^[23]/u.test(nom) && faits.finess.length > 1;
    const canoniques = isPartage
      ? faits.finess.map((finess) => `1${finess}`)
      : [nomCanonique(nom, faits)];
    return canoniques.map(
      (canonique) =>
        this.#connues.get(canonique) ?? organisationDe(canonique, canonique, faits, isPartage),
    );
  }
}

/** `1` + FINESS where there is one and no other, else `3` + SIRET, else the name itself. */
function nomCanonique(nom: string, faits: FaitsStructure | undefined): string {
  if (nom.startsWith('1') || !faits) return nom;
  const [finess, ...autres] = faits.finess;
  if (finess !== undefined) return autres.length === 0 ? `1${finess}` : nom;
  const [siret, ...autresSirets] = faits.sirets;
  return siret !== undefined && autresSirets.length === 0 && !nom.startsWith('2')
    ? `3${siret}`
    : nom;
}

function organisationDe(
  cle: string,
  canonique: string,
  faits: FaitsStructure | undefined,
  isPartage = false,
): Organisation {
  const nomme = (chiffre: string): string | undefined =>
    [cle, canonique].find((nom) => nom.startsWith(chiffre))?.slice(1);
  return {
    cle,
    finess: nomme('1'),
    siret: nomme('3') ?? (isPartage ? undefined : unique(faits?.sirets)),
    siren: nomme('2') ?? unique(faits?.sirens),
    rppsRang: nomme('4'),
  };
}

function unique(valeurs: readonly string[] | undefined): string | undefined {
  return valeurs?.length === 1 ? valeurs[0] : undefined;
}
