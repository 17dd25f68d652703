// Correspondance ADELI -> RPPS (« toggle file »): `N° ADELI;N° RPPS`, UTF-8 or ISO-8859-1, LF or CRLF.
import { basename } from 'node:path';
import { RefusedError } from '../../errors.js';
import { readCsvRecords } from '../csv-records.js';
import { readHead } from '../read-chunks.js';
import type { Remarks } from '../remarks.js';

export type CorrespondanceAdeli = { readonly adeli: string; readonly rpps: string };

export type ReadAdeliOptions = {
  readonly remarks: Remarks;
  readonly maxBytes: number;
  readonly onBytes?: ((bytesRead: number) => void) | undefined;
};

type Columns = { readonly adeli: number; readonly rpps: number };

/** The pairs of the file in their order; a line that lacks one of the two is rejected into `remarks`. */
export async function* readAdeliRpps(
  path: string,
  options: ReadAdeliOptions,
): AsyncGenerator<CorrespondanceAdeli> {
  const file = basename(path);
  const delimiter = await detectDelimiter(path);
  let columns: Columns | undefined;
  const records = readCsvRecords(path, { ...options, delimiter, isQuoted: true });
  for await (const { line, cells } of records) {
    if (!columns) {
      columns = findColumns(file, line, cells);
      continue;
    }
    const pair = toPair(columns, cells);
    if (pair) {
      noteShapes(pair, `ligne ${line}`, options.remarks);
      yield pair;
    } else if (cells.some((cell) => cell !== '')) {
      options.remarks.reject({
        file,
        line,
        column: cells[columns.adeli] ? 'N° RPPS' : 'N° ADELI',
        code: 'VALEUR_ABSENTE',
        message: `Ligne sans ${cells[columns.adeli] ? 'numéro RPPS' : 'numéro ADELI'} : les deux sont attendus.`,
      });
    }
  }
  if (!columns) throw noHeader(file, 1, '');
}

async function detectDelimiter(path: string): Promise<string> {
  const firstLine = (await readHead(path, 4096)).toString('latin1').split('\n', 1)[0] ?? '';
  return [';', ',', '\t', '|'].find((candidate) => firstLine.includes(candidate)) ?? ';';
}

/** By name: `°` comes as its UTF-8 or ISO-8859-1 byte, or mangled by a spreadsheet. */
function findColumns(file: string, line: number, cells: readonly string[]): Columns {
  const names = cells.map((cell) => cell.toUpperCase().replace(/[^A-Z]/g, ''));
  const adeli = names.findIndex((name) => /^N.{0,6}ADELI$/.test(name) || name === 'ADELI');
  const rpps = names.findIndex((name) => /^N.{0,6}RPPS$/.test(name) || name === 'RPPS');
  if (adeli < 0 || rpps < 0) throw noHeader(file, line, cells.join(';'));
  return { adeli, rpps };
}

function noHeader(file: string, line: number, found: string): RefusedError {
  const seen = found === '' ? 'le fichier est vide' : `on y lit « ${found.slice(0, 80)} »`;
  return new RefusedError(
    'COLONNE_ABSENTE',
    `${file}, ligne ${line} : en-tête « N° ADELI;N° RPPS » attendu, ${seen}. ` +
      `Vérifiez que c'est bien le fichier de correspondance ADELI → RPPS.`,
  );
}

function toPair(columns: Columns, cells: readonly string[]): CorrespondanceAdeli | undefined {
  const adeli = cells[columns.adeli] ?? '';
  const rpps = cells[columns.rpps] ?? '';
  return adeli === '' || rpps === '' ? undefined : { adeli, rpps };
}

/** A doubt, not a rejection: published test files hold identifiers such as `00ALTAMAR01`. */
function noteShapes(pair: CorrespondanceAdeli, where: string, remarks: Remarks): void {
  if (!/^[0-9][0-9AB][0-9]{7}$/.test(pair.adeli)) {
    remarks.doubt("Un numéro ADELI n'a pas 9 chiffres : gardé tel quel", where);
  }
  if (!/^[0-9]{11}$/.test(pair.rpps)) {
    remarks.doubt("Un numéro RPPS n'a pas 11 chiffres : gardé tel quel", where);
  }
}
