// One BAL of the inventory as a JSON object -> the cells of a CSV line, so that both are judged by the same code.
import {
  closestColumn,
  inventaireColumnNames,
  type Header,
  type InventaireColumn,
} from './columns.js';
import { shortenValue } from './faults.js';
import type { RowFault } from './row.js';

/** What the cells are under: every column, in the order of the documentation. */
export const jsonHeader: Header = {
  places: new Map(inventaireColumnNames.map((name, place) => [name, place])),
  cellCount: inventaireColumnNames.length,
  missingNeeded: [],
  missingOptional: [],
  repeated: [],
  unknown: [],
};

export type JsonCells = {
  /** '' where the field is absent, null or at fault. */
  readonly cells: readonly string[];
  /** The fields that the object has, those that are null included. */
  readonly columns: readonly InventaireColumn[];
  readonly faults: readonly RowFault[];
};

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names are exact: a misspelt one must not make a PER without holder of a PER. */
export function readJsonCells(object: JsonObject): JsonCells {
  const cells = new Array<string>(inventaireColumnNames.length).fill('');
  const columns: InventaireColumn[] = [];
  const faults: RowFault[] = [];
  for (const [name, value] of Object.entries(object)) {
    const column = inventaireColumnNames.find((known) => known === name);
    if (column === undefined) {
      faults.push(unknownField(name));
      continue;
    }
    columns.push(column);
    const cell = textOf(column, value);
    if (cell.kind === 'fault') faults.push({ ...cell.fault, column });
    else cells[inventaireColumnNames.indexOf(column)] = cell.text;
  }
  return { cells, columns, faults };
}

function unknownField(name: string): RowFault {
  const closest = closestColumn(name);
  return {
    column: shortenValue(name),
    code: 'CHAMP_INCONNU',
    value: undefined,
    expected:
      closest === undefined
        ? 'un champ connu (docs/inventaire.md)'
        : `un champ connu : vouliez-vous dire « ${closest} » ?`,
  };
}

type JsonCell =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: Omit<RowFault, 'column'> };

const booleanColumns: readonly InventaireColumn[] = ['listeRouge', 'preferee'];
const numberColumns: readonly InventaireColumn[] = ['tailleOctets', 'quotaOctets'];

function textOf(column: InventaireColumn, value: unknown): JsonCell {
  if (value === null) return { kind: 'text', text: '' };
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value === 'boolean' && booleanColumns.includes(column))
    return { kind: 'text', text: value ? 'oui' : 'non' };
  if (typeof value === 'number' && numberColumns.includes(column))
    return Number.isSafeInteger(value) ? { kind: 'text', text: String(value) } : misfit(column);
  return misfit(column);
}

function misfit(column: InventaireColumn): JsonCell {
  const also = booleanColumns.includes(column)
    ? 'true ou false'
    : numberColumns.includes(column)
      ? 'un nombre entier d’octets'
      : // A number has lost the zeros that an identifier begins with.
        'un texte entre guillemets';
  return {
    kind: 'fault',
    fault: { code: 'TYPE_JSON', value: undefined, expected: `${also}, ou null` },
  };
}
