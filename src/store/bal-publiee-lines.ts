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

const columns = ['adresse', 'first_load_id', ...Object.values(columnOf)]
  .map((column) => `b.${column}`)
  .join(', ');

/** COPY of rows of `bal_annuaire b` as `BalReader` takes them: null is written as the empty string is. */
export function copyBalsSql(where: string): string {
  return `copy (select ${columns} from bal_annuaire b where ${where}
    order by b.adresse, b.first_load_id, b.ligne_hash) to stdout (null '')`;
}

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
    if (line.includes('\\'))
      values.forEach((value, place) => (values[place] = unescapeValue(value)));
    const adresse = values[0] ?? '';
    if (adresse !== this.#adresse) this.#flush(bals);
    this.#adresse = adresse;
    this.#loadId = Math.max(this.#loadId, Number(values[1]));
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
    adressePubliee: values[2] ?? '',
    typeBal: values[3] ?? '',
    typeIdentifiantPp: values[4] ?? '',
    identifiantPp: values[5] ?? '',
    identificationNationalePp: values[6] ?? '',
    typeIdentifiantStructure: values[7] ?? '',
    identificationStructure: values[8] ?? '',
    structureId: values[9] ?? '',
    serviceRattachement: values[10] ?? '',
    civiliteExercice: values[11] ?? '',
    nomExercice: values[12] ?? '',
    prenomExercice: values[13] ?? '',
    categorieProfession: values[14] ?? '',
    libelleCategorieProfession: values[15] ?? '',
    codeProfession: values[16] ?? '',
    libelleProfession: values[17] ?? '',
    codeSavoirFaire: values[18] ?? '',
    libelleSavoirFaire: values[19] ?? '',
    dematerialisation: values[20] ?? '',
    raisonSociale: values[21] ?? '',
    enseigneCommerciale: values[22] ?? '',
    complementLocalisation: values[23] ?? '',
    complementDistribution: values[24] ?? '',
    numeroVoie: values[25] ?? '',
    complementNumeroVoie: values[26] ?? '',
    typeVoie: values[27] ?? '',
    libelleVoie: values[28] ?? '',
    lieuDit: values[29] ?? '',
    ligneAcheminement: values[30] ?? '',
    codePostal: values[31] ?? '',
    departement: values[32] ?? '',
    pays: values[33] ?? '',
  };
}

function unescapeValue(value: string): string {
  return value.includes('\\') ? value.replace(/\\(.)/g, unescape) : value;
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
