// COPY's text format back into BAL. It reads half a million lines at each full build: what repeats from line to line is found
// by its bytes, and no string keeps a whole chunk alive.
import type {
  BalPubliee,
  ExercicePublie,
  LigneBalPubliee,
  StructurePubliee,
} from '../domain/bal-publiee.js';
import { RepeatedBytes } from './repeated-bytes.js';

// What repeats as a whole comes last, its columns together.
const columns = [
  'adresse',
  'first_load_id',
  'adresse_publiee',
  'type_bal',
  'type_identifiant_pp',
  'identifiant_pp',
  'identification_nationale_pp',
  'service_rattachement',
  'nom_exercice',
  'prenom_exercice',
  'dematerialisation',
  'civilite_exercice',
  'categorie_profession',
  'libelle_categorie_profession',
  'code_profession',
  'libelle_profession',
  'code_savoir_faire',
  'libelle_savoir_faire',
  'type_identifiant_structure',
  'identification_structure',
  'structure_id',
  'raison_sociale',
  'enseigne_commerciale',
  'complement_localisation',
  'complement_distribution',
  'numero_voie',
  'complement_numero_voie',
  'type_voie',
  'libelle_voie',
  'lieu_dit',
  'ligne_acheminement',
  'code_postal',
  'departement',
  'pays',
];
const exerciceColumn = columns.indexOf('civilite_exercice');
const structureColumn = columns.indexOf('type_identifiant_structure');

/** COPY of rows of `bal_annuaire b` as `BalReader` takes them: null is written as the empty string is. */
export function copyBalsSql(where: string): string {
  return `copy (select ${columns.map((column) => `b.${column}`).join(', ')}
    from bal_annuaire b where ${where}
    order by b.adresse, b.first_load_id, b.ligne_hash) to stdout (null '')`;
}

/** Chunks of COPY in, BAL out; lines come grouped by address. */
export class BalReader {
  #rest: Buffer = Buffer.alloc(0);
  #adresse = '';
  #loadId = 0;
  #lignes: LigneBalPubliee[] = [];
  readonly #dates: ReadonlyMap<number, Date>;
  readonly #lines = new LineReader();

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
      this.#take(this.#lines.read(bytes, start, end), bals);
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

  #take({ adresse, loadId, ligne }: Line, bals: BalPubliee[]): void {
    if (adresse !== this.#adresse) this.#flush(bals);
    this.#adresse = adresse;
    this.#loadId = Math.max(this.#loadId, loadId);
    this.#lignes.push(ligne);
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

type Line = {
  readonly adresse: string;
  readonly loadId: number;
  readonly ligne: LigneBalPubliee;
};

class LineReader {
  /** Where each column begins; the last is one after the end of the line. */
  readonly #places = new Uint32Array(columns.length + 1);
  readonly #short = new RepeatedBytes(10, decode);
  readonly #names = new RepeatedBytes(15, decode);
  readonly #towns = new RepeatedBytes(15, decode);
  readonly #exercices = new RepeatedBytes(12, (bytes, start, end) =>
    toExercice(splitColumns(bytes, start, end, this.#short)),
  );
  readonly #structures = new RepeatedBytes(17, (bytes, start, end) =>
    toStructure(splitColumns(bytes, start, end, this.#towns)),
  );

  read(bytes: Buffer, start: number, end: number): Line {
    if (!this.#findColumns(bytes, start, end))
      return readEscaped(bytes.toString('utf8', start, end));
    const adresse = this.#text(bytes, 0);
    const ligne = {
      adressePubliee: this.#isRepeated(bytes, 0, 2) ? adresse : this.#text(bytes, 2),
      typeBal: this.#repeated(bytes, 3, this.#short),
      typeIdentifiantPp: this.#repeated(bytes, 4, this.#short),
      identifiantPp: this.#text(bytes, 5),
      identificationNationalePp: this.#text(bytes, 6),
      serviceRattachement: this.#repeated(bytes, 7, this.#names),
      nomExercice: this.#repeated(bytes, 8, this.#names),
      prenomExercice: this.#repeated(bytes, 9, this.#names),
      dematerialisation: this.#repeated(bytes, 10, this.#short),
      exercice: this.#exercices.get(
        bytes,
        this.#places[exerciceColumn] ?? 0,
        (this.#places[structureColumn] ?? 0) - 1,
      ),
      structure: this.#structures.get(bytes, this.#places[structureColumn] ?? 0, end),
    };
    return { adresse, loadId: Number(this.#repeated(bytes, 1, this.#short)), ligne };
  }

  /** False when the line holds escapes. */
  #findColumns(bytes: Buffer, start: number, end: number): boolean {
    const places = this.#places;
    let count = 0;
    places[0] = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === 0x09) places[++count] = at + 1;
      else if (byte === 0x5c) return false;
    }
    places[++count] = end + 1;
    if (count !== columns.length) throw new Error(`COPY gave ${count} columns`);
    return true;
  }

  #text(bytes: Buffer, column: number): string {
    return decode(bytes, this.#places[column] ?? 0, (this.#places[column + 1] ?? 0) - 1);
  }

  #repeated(bytes: Buffer, column: number, texts: RepeatedBytes<string>): string {
    const start = this.#places[column] ?? 0;
    const end = (this.#places[column + 1] ?? 0) - 1;
    return start === end ? '' : texts.get(bytes, start, end);
  }

  /** Whether two columns hold the same bytes. */
  #isRepeated(bytes: Buffer, left: number, right: number): boolean {
    const leftStart = this.#places[left] ?? 0;
    const rightStart = this.#places[right] ?? 0;
    const size = (this.#places[left + 1] ?? 0) - leftStart;
    if (size !== (this.#places[right + 1] ?? 0) - rightStart) return false;
    for (let at = 0; at < size; at++) {
      if (bytes[leftStart + at] !== bytes[rightStart + at]) return false;
    }
    return true;
  }
}

function splitColumns(
  bytes: Buffer,
  start: number,
  end: number,
  texts: RepeatedBytes<string>,
): string[] {
  const values: string[] = [];
  let first = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== 0x09) continue;
    values.push(at === first ? '' : texts.get(bytes, first, at));
    first = at + 1;
  }
  return values;
}

function decode(bytes: Buffer, start: number, end: number): string {
  if (start === end) return '';
  return bytes.toString('utf8', start, end);
}

/** Few lines hold a backslash. */
function readEscaped(line: string): Line {
  const values = line.split('\t').map(unescapeValue);
  const ligne = {
    adressePubliee: values[2] ?? '',
    typeBal: values[3] ?? '',
    typeIdentifiantPp: values[4] ?? '',
    identifiantPp: values[5] ?? '',
    identificationNationalePp: values[6] ?? '',
    serviceRattachement: values[7] ?? '',
    nomExercice: values[8] ?? '',
    prenomExercice: values[9] ?? '',
    dematerialisation: values[10] ?? '',
    exercice: toExercice(values.slice(exerciceColumn, structureColumn)),
    structure: toStructure(values.slice(structureColumn)),
  };
  return { adresse: values[0] ?? '', loadId: Number(values[1]), ligne };
}

/** From its columns in the order of `columns`. */
function toExercice(values: readonly string[]): ExercicePublie {
  return {
    civiliteExercice: values[0] ?? '',
    categorieProfession: values[1] ?? '',
    libelleCategorieProfession: values[2] ?? '',
    codeProfession: values[3] ?? '',
    libelleProfession: values[4] ?? '',
    codeSavoirFaire: values[5] ?? '',
    libelleSavoirFaire: values[6] ?? '',
  };
}

/** From its columns in the order of `columns`. */
function toStructure(values: readonly string[]): StructurePubliee {
  return {
    typeIdentifiantStructure: values[0] ?? '',
    identificationStructure: values[1] ?? '',
    structureId: values[2] ?? '',
    raisonSociale: values[3] ?? '',
    enseigneCommerciale: values[4] ?? '',
    complementLocalisation: values[5] ?? '',
    complementDistribution: values[6] ?? '',
    numeroVoie: values[7] ?? '',
    complementNumeroVoie: values[8] ?? '',
    typeVoie: values[9] ?? '',
    libelleVoie: values[10] ?? '',
    lieuDit: values[11] ?? '',
    ligneAcheminement: values[12] ?? '',
    codePostal: values[13] ?? '',
    departement: values[14] ?? '',
    pays: values[15] ?? '',
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
