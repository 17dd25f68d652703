import { AppError } from '../../errors.js';
import type { TextColumn, TextFileSpec } from './spec.js';

/** Where each kept column stands in the file. */
export type TextLayout = {
  /** Named cells of the header, a trailing empty one not counted. */
  readonly cellCount: number;
  /** Header cells as written. */
  readonly names: readonly string[];
  /** Kept columns in the file's order. */
  readonly kept: readonly { readonly column: TextColumn; readonly cell: number }[];
  readonly structure: readonly { readonly column: TextColumn; readonly cell: number }[];
  /** Header cells that the description does not know. */
  readonly unknown: readonly string[];
  /** Equal for two files whose lines can be compared byte for byte. */
  readonly signature: string;
};

/**
 * Maps the header line by name.
 *
 * @throws AppError `COLONNES_MANQUANTES` naming them, `COLONNE_EN_DOUBLE`, `ENTETE_ABSENT`.
 */
export function mapHeader(spec: TextFileSpec, fileName: string, headerLine: string): TextLayout {
  const names = headerLine.split('|').map((name) => name.trim());
  if (names.length > 1 && names.at(-1) === '') names.pop();
  if (names.length < 2) throw notAHeader(spec, fileName);
  const cells = cellsByName(fileName, names);
  const structureColumns = spec.structure?.columns ?? [];
  const known = new Set(
    [...spec.columns, ...structureColumns]
      .flatMap((column) => column.headers)
      .concat(spec.skipped)
      .map(foldName),
  );
  const missing = [...spec.columns, ...structureColumns].filter(
    (column) => column.isNeeded && findCell(cells, column) === undefined,
  );
  if (missing.length > 0) throw missingColumns(spec, fileName, missing, names);
  return {
    cellCount: names.length,
    names,
    kept: locate(cells, spec.columns),
    structure: locate(cells, structureColumns),
    unknown: names.filter((name) => !known.has(foldName(name))),
    signature: `${spec.table}/${spec.revision}\n${names.join('|')}`,
  };
}

/** Names are compared without case, accents, typographic apostrophes and repeated spaces. */
function foldName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/[’‘]/gu, "'")
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}

function cellsByName(fileName: string, names: readonly string[]): Map<string, number> {
  const cells = new Map<string, number>();
  names.forEach((name, cell) => {
    const folded = foldName(name);
    if (cells.has(folded)) {
      throw new AppError(
        'COLONNE_EN_DOUBLE',
        `${fileName}, ligne 1, colonne ${cell + 1} : l'en-tête porte deux fois « ${name} ». ` +
          `Rien n'a été chargé. Téléchargez le fichier de nouveau.`,
      );
    }
    cells.set(folded, cell);
  });
  return cells;
}

function findCell(cells: ReadonlyMap<string, number>, column: TextColumn): number | undefined {
  for (const header of column.headers) {
    const cell = cells.get(foldName(header));
    if (cell !== undefined) return cell;
  }
  return undefined;
}

function locate(
  cells: ReadonlyMap<string, number>,
  columns: readonly TextColumn[],
): TextLayout['kept'] {
  return columns
    .flatMap((column) => {
      const cell = findCell(cells, column);
      return cell === undefined ? [] : [{ column, cell }];
    })
    .sort((left, right) => left.cell - right.cell);
}

function notAHeader(spec: TextFileSpec, fileName: string): AppError {
  return new AppError(
    'ENTETE_ABSENT',
    `${fileName}, ligne 1 : ce n'est pas l'en-tête de ${spec.file} (colonnes séparées par « | » attendues). ` +
      `Rien n'a été chargé. Vérifiez que le fichier est bien le bon.`,
  );
}

function missingColumns(
  spec: TextFileSpec,
  fileName: string,
  missing: readonly TextColumn[],
  names: readonly string[],
): AppError {
  const list = missing.map((column) => `« ${column.headers[0] ?? column.column} »`).join(', ');
  return new AppError(
    'COLONNES_MANQUANTES',
    `${fileName}, ligne 1 : il manque ${missing.length === 1 ? 'la colonne' : 'les colonnes'} ${list}, ` +
      `nécessaire${missing.length === 1 ? '' : 's'} à ${spec.file} (${names.length} colonnes lues). ` +
      `Rien n'a été chargé ; la dernière version reste en service. ` +
      `Si l'ANS a renommé une colonne, signalez-le aux mainteneurs ; sinon vérifiez le fichier.`,
  );
}
