// The older open data of FINESS: cs1100501 (EJ), cs1100502 (ET) without header, annual stock of the ET with one.
// It only knows what is open, so nothing read here is closed.
import { RefusedError } from '../../errors.js';
import { readCsvRecords } from '../csv-records.js';
import type { CsvRecord } from '../csv-records.js';
import type { Remarks } from '../remarks.js';
import { parseDate, parseFiness, parseSiren, parseSiret } from './row.js';
import type { FinessRow } from './row.js';

export type EtalabFile = {
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly form: 'sections' | 'header';
  readonly delimiter: string;
  readonly isQuoted: boolean;
};

export type EtalabOptions = {
  readonly remarks: Remarks;
  readonly maxBytes: number;
  readonly onBytes?: ((bytesRead: number) => void) | undefined;
};

/** The 32 positions of a `structureet` line; the file has no header, so this list is the only place that knows them. */
const structureet = (
  'section nofinesset nofinessej rs rslongue complrs compldistrib numvoie typvoie voie compvoie ' +
  'lieuditbp commune departement libdepartement ligneacheminement telephone telecopie categetab ' +
  'libcategetab categagretab libcategagretab siret codeape codemft libmft codesph libsph dateouv ' +
  'dateautor datemaj numuai'
).split(' ');

/** The start of a `structureej` line; what follows is not known for certain and not read. */
const structureej = ['section', 'nofinessej', 'rs', 'rslongue'];

type Cells = (name: string) => string;
type Line = { readonly file: string; readonly line: number; readonly cell: Cells };

/**
 * The EJ and EG of `files` (EJ files first); an EJ that is only named by its EG is derived from them, at the end, once it is
 * known that no line describes it.
 */
export async function* readEtalab(
  files: readonly EtalabFile[],
  options: EtalabOptions,
): AsyncGenerator<FinessRow> {
  const described = new Set<string>();
  const named = new Set<string>();
  for (const file of files) {
    for await (const { nature, ...line } of readLines(file, options)) {
      const row = nature === 'EJ' ? toEj(line, options) : toEg(line, options);
      if (!row) continue;
      if (row.nature === 'EJ') described.add(row.finess);
      else if (row.finessEj !== null) named.add(row.finessEj);
      yield row;
    }
  }
  for (const finess of named) if (!described.has(finess)) yield bareEj(finess);
}

async function* readLines(
  file: EtalabFile,
  options: EtalabOptions,
): AsyncGenerator<Line & { readonly nature: 'EJ' | 'EG' }> {
  let header: readonly string[] | undefined;
  for await (const record of readCsvRecords(file.path, { ...options, ...file })) {
    if (file.form === 'header' && !header) {
      header = checkHeader(file, record.cells);
      continue;
    }
    const shape = header
      ? { nature: natureOf(header), names: header, isExact: true }
      : sectionShape(record, file, options);
    if (!shape) continue;
    if (shape.isExact && !hasWidth(record.cells, shape.names.length)) {
      rejectWidth(record, shape.names.length, file, options);
      continue;
    }
    const cell: Cells = (name) => record.cells[shape.names.indexOf(name)] ?? '';
    yield { file: file.name, line: record.line, cell, nature: shape.nature };
  }
}

type Shape = {
  readonly nature: 'EJ' | 'EG';
  readonly names: readonly string[];
  readonly isExact: boolean;
};

function sectionShape(
  record: CsvRecord,
  file: EtalabFile,
  options: EtalabOptions,
): Shape | undefined {
  const section = (record.cells[0] ?? '').replace(/^ï»¿/, '').replace(/^\uFEFF/, '');
  switch (section) {
    case 'structureet':
      return { nature: 'EG', names: structureet, isExact: true };
    case 'structureej':
      return { nature: 'EJ', names: structureej, isExact: false };
    case 'finess':
    case 'geolocalisation':
    case 'equipementsocial':
      return undefined;
    default:
      options.remarks.doubt(
        'Une ligne commence par une section inconnue : ignorée',
        `${file.name}, ligne ${record.line}`,
      );
      return undefined;
  }
}

function checkHeader(file: EtalabFile, cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.replace(/^\uFEFF/, '').toLowerCase());
  if (names.includes('nofinessej') && names.includes('rs')) return names;
  throw new RefusedError(
    'COLONNE_ABSENTE',
    `${file.name}, ligne 1 : les colonnes « nofinessej » et « rs » sont attendues dans l'en-tête.`,
  );
}

function natureOf(header: readonly string[]): 'EJ' | 'EG' {
  return header.includes('nofinesset') ? 'EG' : 'EJ';
}

/** The last column came late (numuai) and a trailing delimiter is tolerated. */
function hasWidth(cells: readonly string[], width: number): boolean {
  return (
    cells.length === width ||
    cells.length === width - 1 ||
    (cells.length === width + 1 && cells[width] === '')
  );
}

function rejectWidth(
  record: CsvRecord,
  width: number,
  file: EtalabFile,
  options: EtalabOptions,
): void {
  options.remarks.reject({
    file: file.name,
    line: record.line,
    column: undefined,
    code: 'NOMBRE_CELLULES',
    message: `${record.cells.length} cellules au lieu de ${width} : un point-virgule manque ou est en trop.`,
  });
}

function toEj(line: Line, options: EtalabOptions): FinessRow | undefined {
  const finess = findFiness(line, 'nofinessej', options);
  if (finess === undefined) return undefined;
  return {
    ...bareEj(finess),
    siren: parseSiren(line.cell('siren')) ?? null,
    raisonSociale: line.cell('rslongue') || line.cell('rs') || null,
  };
}

function bareEj(finess: string): FinessRow {
  return {
    finess,
    nature: 'EJ',
    finessEj: finess,
    siret: null,
    siren: null,
    raisonSociale: null,
    codeCategorie: null,
    dateOuverture: null,
    dateFermeture: null,
    isClosed: false,
  };
}

function toEg(line: Line, options: EtalabOptions): FinessRow | undefined {
  const finess = findFiness(line, 'nofinesset', options);
  if (finess === undefined) return undefined;
  const siret = parseSiret(line.cell('siret')) ?? null;
  if (siret === null && line.cell('siret') !== '') {
    options.remarks.doubt('Un SIRET est illisible : laissé vide', where(line));
  }
  const finessEj = parseFiness(line.cell('nofinessej')) ?? null;
  if (finessEj === null) {
    options.remarks.doubt('Un établissement ne nomme pas son entité juridique', where(line));
  }
  return {
    finess,
    nature: 'EG',
    finessEj,
    siret,
    siren: siret?.slice(0, 9) ?? null,
    raisonSociale: line.cell('rslongue') || line.cell('rs') || null,
    codeCategorie: line.cell('categetab') || null,
    dateOuverture: findDate(line, ['dateouv', 'dateouvert'], options),
    dateFermeture: null,
    isClosed: false,
  };
}

function findFiness(line: Line, name: string, options: EtalabOptions): string | undefined {
  const text = line.cell(name);
  const finess = parseFiness(text);
  if (finess === undefined) {
    options.remarks.reject({
      file: line.file,
      line: line.line,
      column: name,
      code: text === '' ? 'VALEUR_ABSENTE' : 'FINESS_INVALIDE',
      message: `« ${text.slice(0, 40)} » n'est pas un numéro FINESS (9 caractères attendus).`,
    });
  }
  return finess;
}

function findDate(line: Line, names: readonly string[], options: EtalabOptions): string | null {
  for (const name of names) {
    const parsed = parseDate(line.cell(name));
    if (parsed.kind === 'date') return parsed.date;
    if (parsed.kind === 'invalid') {
      options.remarks.doubt('Une date est illisible : laissée vide', where(line));
    }
  }
  return null;
}

function where(line: Line): string {
  return `${line.file}, ligne ${line.line}`;
}
