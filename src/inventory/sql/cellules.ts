// A value as PostgreSQL writes it -> the cell that an inventory would hold.
import { UsageError } from '../../errors.js';

// pg_type.dat
const boolOid = 16;
const timestamptzOid = 1184;
const admis = new Map<number, string>([
  [boolOid, 'boolean'],
  [18, '"char"'],
  [19, 'name'],
  [20, 'bigint'],
  [21, 'smallint'],
  [23, 'integer'],
  [25, 'text'],
  [700, 'real'],
  [701, 'double precision'],
  [1042, 'char'],
  [1043, 'varchar'],
  [1082, 'date'],
  [1114, 'timestamp'],
  [timestamptzOid, 'timestamptz'],
  [1700, 'numeric'],
  [2950, 'uuid'],
]);
/** Extensions (citext) and enumerations have numbers of their own, given out from here on. */
const firstUserOid = 16_384;

/** @throws UsageError of columns whose text would not be a value: arrays, JSON, bytes. */
export function assertTypes(
  columns: readonly { readonly name: string; readonly column: { readonly typeOid: number } }[],
): void {
  const wrong = columns.filter(
    ({ column: { typeOid } }) => !admis.has(typeOid) && typeOid < firstUserOid,
  );
  if (wrong.length === 0) return;
  throw new UsageError(
    'SQL_TYPES',
    `Colonnes d’un type qui n’est pas une valeur simple : ${wrong.map(({ name }) => name).join(', ')}. ` +
      'Un tableau se déplie par unnest (une ligne par structure), le reste se convertit par « ::text ».',
  );
}

export function toCell(text: string | null, typeOid: number): string {
  if (text === null) return '';
  if (typeOid === boolOid) return text === 't' ? 'oui' : 'non';
  // « 2026-01-15 09:30:00+00 »: the session is in UTC.
  if (typeOid === timestamptzOid) return text.replace(/\+00$/, 'Z');
  return text;
}
