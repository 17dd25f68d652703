// From one line of a national file to one row of its line table, bytes to bytes.
import type { CopyBuffer } from './copy-buffer.js';
import type { TextLayout } from './header.js';
import { hashLine, lastHash } from './line-hash.js';
import type { TextFileSpec } from './spec.js';

const PIPE = 124;
const AT = 64;
const DOT = 46;
const SPACE = 32;

/** A run of neighbouring cells, copied in one go with the separators between them. */
type Run = { readonly first: number; readonly last: number };

export type LineRefusal = {
  readonly code: string;
  readonly column: string | undefined;
  readonly message: string;
};

export class RowEncoder {
  /** Columns of the COPY, in the order in which `encode` writes them. */
  readonly columns: readonly string[];
  readonly structureColumns: readonly string[];
  readonly #ends: Int32Array;
  readonly #runs: readonly Run[];
  readonly #structureRuns: readonly Run[];
  /** Structure cells in the description's order; -1 for one that the file lacks. */
  readonly #structureCells: readonly number[];
  readonly #isStructureVerbatim: boolean;
  readonly #addressCell: number;
  readonly #filled: readonly { readonly cell: number; readonly header: string }[];
  readonly #loadId: Buffer;
  readonly #scratch = Buffer.allocUnsafe(128 * 1024);

  constructor(spec: TextFileSpec, layout: TextLayout, ends: Int32Array, loadId: number) {
    this.#ends = ends;
    this.#runs = toRuns(layout.kept.map(({ cell }) => cell));
    this.#structureRuns = toRuns(layout.structure.map(({ cell }) => cell));
    this.#structureCells = (spec.structure?.columns ?? []).map(
      (column) => layout.structure.find((located) => located.column === column)?.cell ?? -1,
    );
    this.#isStructureVerbatim = isRising(this.#structureCells);
    this.#addressCell =
      layout.kept.find(({ column }) => column.column === spec.addressColumn)?.cell ?? -1;
    this.#filled = layout.kept.flatMap(({ column, cell }) =>
      column.isFilled ? [{ cell, header: column.headers[0] ?? column.column }] : [],
    );
    this.#loadId = Buffer.from(String(loadId));
    this.columns = [
      'ligne_hash',
      'first_load_id',
      ...(spec.structure ? ['structure_hash'] : []),
      ...(spec.addressColumn ? ['adresse', 'domaine'] : []),
      ...layout.kept.map(({ column }) => column.column),
    ];
    this.structureColumns = [
      'ligne_hash',
      'first_load_id',
      ...layout.structure.map(({ column }) => column.column),
    ];
  }

  /** Why the line, whose cells have been split into `ends`, cannot be used; undefined when it can. */
  refusalOf(buffer: Buffer, start: number): LineRefusal | undefined {
    for (const { cell, header } of this.#filled) {
      if (this.#cellStart(start, cell) === this.#ends[cell]) {
        return { code: 'CELLULE_VIDE', column: header, message: 'valeur attendue, cellule vide' };
      }
    }
    return this.#addressCell < 0 ? undefined : this.#addressRefusal(buffer, start);
  }

  /** Hashes the structure's cells into `lastHash`; false when they are all empty. */
  hashStructure(buffer: Buffer, start: number): boolean {
    if (this.#structureCells.length === 0) return false;
    if (this.#isStructureVerbatim) {
      const first = this.#cellStart(start, this.#structureCells[0] ?? 0);
      const last = this.#ends[this.#structureCells.at(-1) ?? 0] ?? first;
      if (isAllPipes(buffer, first, last)) return false;
      hashLine(buffer, first, last);
      return true;
    }
    const length = this.#joinStructure(buffer, start);
    if (isAllPipes(this.#scratch, 0, length)) return false;
    hashLine(this.#scratch, 0, length);
    return true;
  }

  /** Appends the row. `structure` halves are those of hashStructure, when the line names one. */
  encode(
    out: CopyBuffer,
    buffer: Buffer,
    start: number,
    end: number,
    low: number,
    high: number,
    structure: { readonly low: number; readonly high: number } | undefined,
  ): void {
    // The address is written three times, twice in lower case, which may take half as many bytes again.
    out.reserve((end - start) * 4 + 128);
    out.int64(low, high);
    out.cellEnd();
    out.bytes(this.#loadId, 0, this.#loadId.length);
    if (this.#structureCells.length > 0) {
      out.cellEnd();
      if (structure) out.int64(structure.low, structure.high);
    }
    if (this.#addressCell >= 0) this.#encodeAddress(out, buffer, start);
    this.#copyRuns(out, buffer, start, this.#runs);
    out.rowEnd();
  }

  encodeStructure(out: CopyBuffer, buffer: Buffer, start: number, end: number): void {
    out.reserve(end - start + 128);
    out.int64(lastHash.low, lastHash.high);
    out.cellEnd();
    out.bytes(this.#loadId, 0, this.#loadId.length);
    this.#copyRuns(out, buffer, start, this.#structureRuns);
    out.rowEnd();
  }

  #copyRuns(out: CopyBuffer, buffer: Buffer, start: number, runs: readonly Run[]): void {
    for (const run of runs) {
      out.cellEnd();
      out.bytes(buffer, this.#cellStart(start, run.first), this.#ends[run.last] ?? 0);
    }
  }

  #cellStart(lineStart: number, cell: number): number {
    return cell === 0 ? lineStart : (this.#ends[cell - 1] ?? 0) + 1;
  }

  /** Loops over bytes: this is on the path of every new line, where each subarray costs an allocation. */
  #addressRefusal(buffer: Buffer, start: number): LineRefusal | undefined {
    const from = this.#cellStart(start, this.#addressCell);
    const to = this.#ends[this.#addressCell] ?? from;
    const at = lastIndexOf(buffer, AT, from, to);
    const hasDomain = lastIndexOf(buffer, DOT, at + 1, to) >= 0 && to - at > 3;
    if (at > from && hasDomain && lastIndexOf(buffer, SPACE, at + 1, to) < 0) return undefined;
    return {
      code: 'ADRESSE_MALFORMEE',
      column: 'Adresse BAL',
      message: `« ${buffer.toString('utf8', from, Math.min(to, from + 80))} » n'est pas une adresse (nom@domaine attendu)`,
    };
  }

  /** `adresse` and `domaine`, lower-cased: the key of a BAL is compared without case. */
  #encodeAddress(out: CopyBuffer, buffer: Buffer, start: number): void {
    const from = this.#cellStart(start, this.#addressCell);
    const to = this.#ends[this.#addressCell] ?? from;
    const length = this.#lowerInto(buffer, from, to);
    out.cellEnd();
    out.bytes(this.#scratch, 0, length);
    out.cellEnd();
    out.bytes(this.#scratch, lastIndexOf(this.#scratch, AT, 0, length) + 1, length);
  }

  #lowerInto(buffer: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const byte = buffer[at] ?? 0;
      // Beyond ASCII, lower case is a matter of characters, not of bytes.
      if (byte >= 0x80) return this.#scratch.write(buffer.toString('utf8', from, to).toLowerCase());
      this.#scratch[at - from] = byte >= 65 && byte <= 90 ? byte + 32 : byte;
    }
    return to - from;
  }

  #joinStructure(buffer: Buffer, start: number): number {
    let length = 0;
    this.#structureCells.forEach((cell, index) => {
      if (index > 0) this.#scratch[length++] = PIPE;
      if (cell < 0) return;
      length += buffer.copy(this.#scratch, length, this.#cellStart(start, cell), this.#ends[cell]);
    });
    return length;
  }
}

function toRuns(cells: readonly number[]): Run[] {
  const runs: { first: number; last: number }[] = [];
  for (const cell of cells) {
    const previous = runs.at(-1);
    if (previous?.last === cell - 1) previous.last = cell;
    else runs.push({ first: cell, last: cell });
  }
  return runs;
}

/** Each cell right after the one before: their bytes in the line are their joined form. */
function isRising(cells: readonly number[]): boolean {
  const first = cells[0] ?? -1;
  return first >= 0 && cells.every((cell, index) => cell === first + index);
}

function lastIndexOf(buffer: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = end - 1; at >= start; at -= 1) if (buffer[at] === byte) return at;
  return -1;
}

function isAllPipes(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (buffer[at] !== PIPE) return false;
  return true;
}
