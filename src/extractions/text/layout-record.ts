// What source_load.layout remembers of the files of a load: enough to know whether line hashes can be compared.
import type { TextLayout } from './header.js';
import type { TextFileSpec } from './spec.js';

export type TableLayout = {
  readonly signature: string;
  readonly columns: readonly string[];
  readonly structureColumns: readonly string[];
};

/** Layout of each table of a load, by table name. */
export type LayoutRecord = Readonly<Record<string, TableLayout>>;

export function recordOf(layout: TextLayout): TableLayout {
  return {
    signature: layout.signature,
    columns: layout.kept.map(({ column }) => column.column),
    structureColumns: layout.structure.map(({ column }) => column.column),
  };
}

/** The record of an earlier load; empty when it is of another form. */
export function parseLayoutRecord(text: string): LayoutRecord {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as LayoutRecord) : {};
  } catch {
    return {};
  }
}

export type LayoutComparison =
  /** Hashes can be compared. */
  | { readonly kind: 'same' }
  /** Rows are to be compared on `common`; `enriched` columns are new in the file. */
  | {
      readonly kind: 'changed';
      readonly common: readonly string[];
      readonly enriched: readonly string[];
    };

export function compareLayouts(
  spec: TextFileSpec,
  previous: TableLayout | undefined,
  current: TableLayout,
): LayoutComparison {
  if (previous?.signature === current.signature) return { kind: 'same' };
  const before = new Set(previous?.columns ?? []);
  const common = current.columns.filter((column) => before.has(column));
  const enriched = current.columns.filter((column) => !before.has(column));
  // The structure's own columns moved too: its hash is then another one, and the activities are new lines.
  const keys = [...common, ...(spec.structure ? ['structure_hash'] : [])];
  return { kind: 'changed', common: keys, enriched };
}
