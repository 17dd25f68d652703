import type { RejectedLine } from '../../domain/source.js';
import { splitCells } from './cells.js';
import { CopyBuffer } from './copy-buffer.js';
import type { TextLayout } from './header.js';
import { lineIsDuplicate, lineIsInService, lineIsNew, type KnownLines } from './known-lines.js';
import { hashLine, lastHash } from './line-hash.js';
import { LineScanner, type LineFault, type LineHandler } from './line-scanner.js';
import { RowEncoder, type LineRefusal } from './row-encoder.js';
import type { TextFileSpec } from './spec.js';

const PIPE = 124;

/** Far above what the guard on rejected lines lets through of a national file. */
const rejectedKeysMax = 200_000;

export type ReaderContext = {
  readonly fileName: string;
  readonly loadId: number;
  readonly lineBytesMax: number;
  readonly rejectsKeptMax: number;
  readonly fallbackCharset: 'iso-8859-1' | undefined;
};

const faultMessages: Readonly<Record<LineFault, string>> = {
  LIGNE_TROP_LONGUE: 'ligne trop longue',
  UTF8_INVALIDE: "la ligne n'est pas en UTF-8",
  CARACTERE_INTERDIT: 'caractère de contrôle interdit (NUL, 0x01 ou retour chariot isolé)',
};

/** Sorts lines into in service, new, duplicate and rejected; new ones become rows in `rows` and `structureRows`. */
export class TextReader implements LineHandler {
  readonly rows = new CopyBuffer();
  readonly structureRows = new CopyBuffer();
  readonly encoder: RowEncoder;
  readonly rejects: RejectedLine[] = [];
  /** Keys (column `change` of the description) of the rejected lines. */
  readonly rejectedKeys = new Set<string>();
  readonly lines: KnownLines;
  readonly structures: KnownLines;
  readonly #context: ReaderContext;
  readonly #scanner: LineScanner;
  readonly #layout: TextLayout;
  readonly #ends: Int32Array;
  readonly #keyCell: number;
  readonly #isKeyLowered: boolean;
  readonly #structure = { low: 0, high: 0 };
  #addedCount = 0;
  #duplicateCount = 0;
  #rejectedCount = 0;
  #structureCount = 0;

  constructor(
    spec: TextFileSpec,
    layout: TextLayout,
    known: { readonly lines: KnownLines; readonly structures: KnownLines },
    context: ReaderContext,
  ) {
    this.lines = known.lines;
    this.structures = known.structures;
    this.#context = context;
    this.#layout = layout;
    // One more than the cells: the separator before a trailing empty cell.
    this.#ends = new Int32Array(layout.cellCount + 1);
    this.#isKeyLowered = spec.addressColumn !== undefined;
    const keyColumn = spec.addressColumn ?? spec.change.column;
    this.#keyCell = layout.kept.find(({ column }) => column.column === keyColumn)?.cell ?? -1;
    this.encoder = new RowEncoder(spec, layout, this.#ends, context.loadId);
    this.#scanner = new LineScanner(this, context.lineBytesMax, context.fallbackCharset);
  }

  get addedCount(): number {
    return this.#addedCount;
  }

  get duplicateCount(): number {
    return this.#duplicateCount;
  }

  get rejectedCount(): number {
    return this.#rejectedCount;
  }

  /** Structures met for the first time. */
  get structureCount(): number {
    return this.#structureCount;
  }

  /** Lines read so far, header included. */
  get readCount(): number {
    return this.#scanner.lineCount;
  }

  push(chunk: Buffer): void {
    this.#scanner.push(chunk);
  }

  finish(): void {
    this.#scanner.finish();
  }

  line(buffer: Buffer, start: number, lineEnd: number, lineNumber: number): void {
    if (lineNumber === 1) return;
    // Only some years' files end each line with a separator: the hash leaves out what separators end the line, be they
    // that one or those of empty last cells.
    let end = lineEnd;
    while (end > start && buffer[end - 1] === PIPE) end -= 1;
    hashLine(buffer, start, end);
    const { low, high } = lastHash;
    const verdict = this.lines.meet(low, high);
    if (verdict === lineIsInService) return;
    if (verdict === lineIsDuplicate) this.#duplicateCount += 1;
    else this.#newLine(buffer, start, lineEnd, lineNumber, low, high);
  }

  fault(code: LineFault, lineNumber: number, line?: Buffer): void {
    if (line) this.#noteRejectedKey(line);
    this.#reject(lineNumber, undefined, code, faultMessages[code]);
  }

  #newLine(
    buffer: Buffer,
    start: number,
    end: number,
    lineNumber: number,
    low: number,
    high: number,
  ): void {
    const fault = this.#faultOf(buffer, start, end);
    if (fault) {
      this.lines.reject(low, high);
      this.#noteRejectedKey(buffer.subarray(start, end));
      this.#reject(lineNumber, fault.column, fault.code, fault.message);
      return;
    }
    this.#addedCount += 1;
    const structure = this.#structureOf(buffer, start, end);
    this.encoder.encode(this.rows, buffer, start, end, low, high, structure);
  }

  #faultOf(buffer: Buffer, start: number, end: number): LineRefusal | undefined {
    const expected = this.#layout.cellCount;
    const count = splitCells(buffer, start, end, this.#ends);
    const isTrailingEmpty = count === expected + 1 && this.#ends[expected - 1] === end - 1;
    if (count === expected || isTrailingEmpty) return this.encoder.refusalOf(buffer, start);
    return {
      code: 'NOMBRE_DE_CELLULES',
      column: undefined,
      message: cellCountMessage(count, expected),
    };
  }

  #structureOf(
    buffer: Buffer,
    start: number,
    end: number,
  ): { readonly low: number; readonly high: number } | undefined {
    if (!this.encoder.hashStructure(buffer, start)) return undefined;
    this.#structure.low = lastHash.low;
    this.#structure.high = lastHash.high;
    if (this.structures.meet(lastHash.low, lastHash.high) === lineIsNew) {
      this.#structureCount += 1;
      this.encoder.encodeStructure(this.structureRows, buffer, start, end);
    }
    return this.#structure;
  }

  /** What the line is about, as far as it can be read: a faulty line is no proof that it is gone. */
  #noteRejectedKey(line: Buffer): void {
    if (this.rejectedKeys.size >= rejectedKeysMax) return;
    const key = line.toString('latin1').split('|')[this.#keyCell]?.trim();
    if (key) this.rejectedKeys.add(this.#isKeyLowered ? key.toLowerCase() : key);
  }

  #reject(lineNumber: number, column: string | undefined, code: string, message: string): void {
    this.#rejectedCount += 1;
    if (this.rejects.length >= this.#context.rejectsKeptMax) return;
    this.rejects.push({ file: this.#context.fileName, line: lineNumber, column, code, message });
  }
}

function cellCountMessage(count: number, expected: number): string {
  return `${count} cellules au lieu de ${expected} (un « | » de ${count > expected ? 'trop' : 'moins'} ?)`;
}
