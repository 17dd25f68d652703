// The columns of the inventory file and how a header line is recognised.
import { foldText } from './values.js';

export const inventaireColumnNames = [
  'adresse',
  'typeBal',
  'typeIdentifiantPp',
  'identifiantPp',
  'typeIdentifiantStructure',
  'identifiantStructure',
  'service',
  'responsable',
  'description',
  'listeRouge',
  'preferee',
  'etat',
  'dateCreation',
  'derniereAuthentification',
  'tailleOctets',
  'quotaOctets',
  'transfertVers',
] as const;

export type InventaireColumn = (typeof inventaireColumnNames)[number];

/** Whether a name, as a sender wrote it, is that of a column. */
export function isColumn(name: string): name is InventaireColumn {
  return (inventaireColumnNames as readonly string[]).includes(name);
}

export const neededColumns: readonly InventaireColumn[] = ['adresse', 'typeBal'];

export type Header = {
  /** Place of each column of the file among its cells. */
  readonly places: ReadonlyMap<InventaireColumn, number>;
  readonly cellCount: number;
  readonly missingNeeded: readonly InventaireColumn[];
  readonly missingOptional: readonly InventaireColumn[];
  /** Headers that name a column named already. */
  readonly repeated: readonly InventaireColumn[];
  readonly unknown: readonly UnknownColumn[];
};

export type UnknownColumn = {
  readonly name: string;
  readonly closest: InventaireColumn | undefined;
};

export function readHeader(cells: readonly string[]): Header {
  const places = new Map<InventaireColumn, number>();
  const repeated: InventaireColumn[] = [];
  const unknown: UnknownColumn[] = [];
  for (const [place, cell] of cells.entries()) {
    const column = columnNamed(cell);
    if (column === undefined) {
      if (cell.trim() !== '') unknown.push({ name: cell.trim(), closest: closestColumn(cell) });
    } else if (places.has(column)) repeated.push(column);
    else places.set(column, place);
  }
  const missing = inventaireColumnNames.filter((name) => !places.has(name));
  return {
    places,
    cellCount: cells.length,
    missingNeeded: missing.filter((name) => neededColumns.includes(name)),
    missingOptional: missing.filter((name) => !neededColumns.includes(name)),
    repeated,
    unknown,
  };
}

function columnNamed(cell: string): InventaireColumn | undefined {
  return columnByKey.get(keyOf(cell));
}

function keyOf(name: string): string {
  return foldText(name).replace(/[^a-z0-9]/g, '');
}

const columnByKey = new Map<string, InventaireColumn>([
  ...inventaireColumnNames.map((name) => [keyOf(name), name] as const),
  // The headers of Extraction_Correspondance_MSSante and BoiteLettreMSS (MOS) for the same things.
  ['adressebal', 'adresse'],
  ['adressemss', 'adresse'],
  ['typedebal', 'typeBal'],
  ['identificationstructure', 'identifiantStructure'],
  ['servicederattachement', 'service'],
  ['servicerattachement', 'service'],
]);

const keys = inventaireColumnNames.map((name) => [keyOf(name), name] as const);

/** Undefined when nothing is close enough to be what was meant. */
export function closestColumn(cell: string): InventaireColumn | undefined {
  const key = keyOf(cell);
  let closest: InventaireColumn | undefined;
  // More than a third of the letters wrong is another word.
  let distanceMax = Math.floor(key.length / 3) + 1;
  for (const [other, name] of keys) {
    // A distance is never less: what an outsider sends may be long, or be many.
    if (Math.abs(key.length - other.length) >= distanceMax) continue;
    const distance = editDistance(key, other);
    if (distance < distanceMax) [closest, distanceMax] = [name, distance];
  }
  return closest;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, replaced));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

export const delimiters = [';', ',', '\t'] as const;
export type Delimiter = (typeof delimiters)[number];

/** The delimiter under which the header line has the most known columns; the French one when none has any. */
export function detectDelimiter(headerLine: string): Delimiter {
  let best: Delimiter = ';';
  let bestCount = 0;
  for (const delimiter of delimiters) {
    const cells = headerLine.split(delimiter).map((cell) => cell.replaceAll('"', ''));
    const count = cells.filter((cell) => columnNamed(cell) !== undefined).length;
    if (count > bestCount) [best, bestCount] = [delimiter, count];
  }
  return best;
}
