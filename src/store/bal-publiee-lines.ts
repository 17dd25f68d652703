// COPY's text format back into BAL. It reads half a million lines at each full build: one pass over the bytes of a line, and no
// string that would keep the whole chunk alive.
import type { BalPubliee, LigneBalPubliee } from '../domain/bal-publiee.js';

const columnOf: Readonly<Record<keyof LigneBalPubliee, string>> = {
  adressePubliee: 'adresse_publiee',
  typeBal: 'type_bal',
  typeIdentifiantPp: 'type_identifiant_pp',
  identifiantPp: 'identifiant_pp',
  identificationNationalePp: 'identification_nationale_pp',
  typeIdentifiantStructure: 'type_identifiant_structure',
  identificationStructure: 'identification_structure',
  structureId: 'structure_id',
  serviceRattachement: 'service_rattachement',
  civiliteExercice: 'civilite_exercice',
  nomExercice: 'nom_exercice',
  prenomExercice: 'prenom_exercice',
  categorieProfession: 'categorie_profession',
  libelleCategorieProfession: 'libelle_categorie_profession',
  codeProfession: 'code_profession',
  libelleProfession: 'libelle_profession',
  codeSavoirFaire: 'code_savoir_faire',
  libelleSavoirFaire: 'libelle_savoir_faire',
  dematerialisation: 'dematerialisation',
  raisonSociale: 'raison_sociale',
  enseigneCommerciale: 'enseigne_commerciale',
  complementLocalisation: 'complement_localisation',
  complementDistribution: 'complement_distribution',
  numeroVoie: 'numero_voie',
  complementNumeroVoie: 'complement_numero_voie',
  typeVoie: 'type_voie',
  libelleVoie: 'libelle_voie',
  lieuDit: 'lieu_dit',
  ligneAcheminement: 'ligne_acheminement',
  codePostal: 'code_postal',
  departement: 'departement',
  pays: 'pays',
};

/** In the order in which `BalReader` takes them. */
export const copyColumns = ['adresse', 'first_load_id', ...Object.values(columnOf)]
  .map((column) => `b.${column}`)
  .join(', ');

/** Chunks of COPY in, BAL out; lines come grouped by address. */
export class BalReader {
  #rest: Buffer = Buffer.alloc(0);
  #adresse = '';
  #loadId = 0;
  #lignes: LigneBalPubliee[] = [];
  readonly #dates: ReadonlyMap<number, Date>;

  /** `dates`: of the extractions, by load. */
  constructor(dates: ReadonlyMap<number, Date>) {
    this.#dates = dates;
  }

  /** The BAL that are whole. */
  push(chunk: Buffer): BalPubliee[] {
    const bals: BalPubliee[] = [];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(0x0a, start);
      if (end < 0) break;
      this.#readLine(bytes.toString('utf8', start, end), bals);
      start = end + 1;
    }
    this.#rest = bytes.subarray(start);
    return bals;
  }

  end(): BalPubliee[] {
    const bals: BalPubliee[] = [];
    this.#flush(bals);
    return bals;
  }

  #readLine(line: string, bals: BalPubliee[]): void {
    const values = line.split('\t');
    const adresse = valueOf(values, 0);
    if (adresse !== this.#adresse) this.#flush(bals);
    this.#adresse = adresse;
    this.#loadId = Math.max(this.#loadId, Number(valueOf(values, 1)));
    this.#lignes.push(toLigne(values));
  }

  #flush(bals: BalPubliee[]): void {
    if (this.#lignes.length > 0) {
      const modifieLe = this.#dates.get(this.#loadId) ?? new Date(0);
      bals.push({ adresse: this.#adresse, modifieLe, lignes: this.#lignes });
    }
    this.#lignes = [];
    this.#loadId = 0;
  }
}

/** The columns in the order of `columnOf`. */
function toLigne(values: readonly string[]): LigneBalPubliee {
  return {
    adressePubliee: valueOf(values, 2),
    typeBal: valueOf(values, 3),
    typeIdentifiantPp: valueOf(values, 4),
    identifiantPp: valueOf(values, 5),
    identificationNationalePp: valueOf(values, 6),
    typeIdentifiantStructure: valueOf(values, 7),
    identificationStructure: valueOf(values, 8),
    structureId: valueOf(values, 9),
    serviceRattachement: valueOf(values, 10),
    civiliteExercice: valueOf(values, 11),
    nomExercice: valueOf(values, 12),
    prenomExercice: valueOf(values, 13),
    categorieProfession: valueOf(values, 14),
    libelleCategorieProfession: valueOf(values, 15),
    codeProfession: valueOf(values, 16),
    libelleProfession: valueOf(values, 17),
    codeSavoirFaire: valueOf(values, 18),
    libelleSavoirFaire: valueOf(values, 19),
    dematerialisation: valueOf(values, 20),
    raisonSociale: valueOf(values, 21),
    enseigneCommerciale: valueOf(values, 22),
    complementLocalisation: valueOf(values, 23),
    complementDistribution: valueOf(values, 24),
    numeroVoie: valueOf(values, 25),
    complementNumeroVoie: valueOf(values, 26),
    typeVoie: valueOf(values, 27),
    libelleVoie: valueOf(values, 28),
    lieuDit: valueOf(values, 29),
    ligneAcheminement: valueOf(values, 30),
    codePostal: valueOf(values, 31),
    departement: valueOf(values, 32),
    pays: valueOf(values, 33),
  };
}

function valueOf(values: readonly string[], place: number): string {
  const value = values[place] ?? '';
  if (!value.includes('\\')) return value;
  return value === '\\N' ? '' : value.replace(/\\(.)/g, unescape);
}

// PostgreSQL manual, « COPY », File Formats.
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescape(_: string, char: string): string {
  return escapes[char] ?? char;
}
