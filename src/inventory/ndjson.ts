// An inventory of one JSON object per line (NDJSON), read as a stream of checked lines.
import { open, type FileHandle } from 'node:fs/promises';
import type { BalOperateur } from '../domain/bal-operateur.js';
import { decrirePartage, seuleSource } from '../domain/source-inventaire.js';
import type { SourceLoad } from '../store/source-load.js';
import { inventaireColumnNames, neededColumns, type InventaireColumn } from './columns.js';
import { ControleLignes } from './controle.js';
import { readChunks } from './encoding.js';
import { InventaireReport } from './faults.js';
import { isJsonObject, jsonHeader, readJsonCells } from './json-cells.js';
import { parseJsonText } from './json-text.js';
import type { Lecture } from './lecture.js';
import { readTextLines, type TextLine } from './lines.js';
import {
  defaultInventaireLimits,
  type InventaireLimits,
  type InventaireReadOptions,
} from './reading.js';
import { readRow } from './row.js';
import { isSameContent, layoutPrefix, versionNamed } from './version.js';

export type NdjsonFile = {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
};

export type NdjsonOptions = Pick<
  InventaireReadOptions,
  'now' | 'limits' | 'signal' | 'source' | 'onProgress' | 'presentation'
>;

export async function openNdjson(file: NdjsonFile, options: NdjsonOptions): Promise<NdjsonReading> {
  const limits = { ...defaultInventaireLimits, ...options.limits };
  return new NdjsonReading(await open(file.path, 'r'), file, options, limits);
}

/** Values are scalars: anything deeper is a fault of its field, and this is how much deeper it may be. */
const depthMax = 8;

/** `rows` is read once; the rest is whole when it ends. */
export class NdjsonReading implements Lecture {
  readonly objet = 'l’envoi';
  readonly nom: string;
  readonly origin: string;
  readonly report: InventaireReport;
  lineCount = 0;
  readonly #handle: FileHandle;
  readonly #file: NdjsonFile;
  readonly #options: NdjsonOptions;
  readonly #limits: InventaireLimits;
  readonly #controle: ControleLignes;
  readonly #partage: string;
  readonly #columns = new Set<InventaireColumn>();

  constructor(
    handle: FileHandle,
    file: NdjsonFile,
    options: NdjsonOptions,
    limits: InventaireLimits,
  ) {
    const source = options.source ?? seuleSource;
    this.nom = options.presentation?.nom ?? 'inventaire';
    this.origin = options.presentation?.origin ?? file.path;
    this.report = new InventaireReport(limits.faultsKeptMax);
    this.#handle = handle;
    this.#file = file;
    this.#options = options;
    this.#limits = limits;
    this.#controle = new ControleLignes(this.report, source, 'ligne');
    this.#partage = decrirePartage(source);
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  get version(): string {
    return versionNamed(this.nom, this.#file.sha256);
  }

  get layout(): string {
    return layoutPrefix('ndjson', this.#partage) + [...this.#columns].join(',');
  }

  get missingColumns(): readonly string[] {
    return inventaireColumnNames.filter(
      (name) => !this.#columns.has(name) && !neededColumns.includes(name),
    );
  }

  isSameAs(inService: SourceLoad): boolean {
    return isSameContent(inService, this.#file.sha256, layoutPrefix('ndjson', this.#partage));
  }

  async *rows(): AsyncGenerator<readonly BalOperateur[]> {
    let byteCount = 0;
    const { recordLengthMax } = this.#limits;
    for await (const chunk of readTextLines(readChunks(this.#handle, 0), recordLengthMax)) {
      this.#options.signal?.throwIfAborted();
      byteCount += chunk.byteCount;
      yield this.#readLines(chunk.lines);
      this.#options.onProgress?.(byteCount, this.lineCount);
      if (this.report.hasFatalFault) return;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #readLines(lines: readonly TextLine[]): readonly BalOperateur[] {
    const rows: BalOperateur[] = [];
    for (const line of lines) {
      if (this.report.hasFatalFault) break;
      const row = this.#readLine(line);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  #readLine(line: TextLine): BalOperateur | undefined {
    this.lineCount++;
    const { rowsMax, recordLengthMax } = this.#limits;
    if (this.lineCount > rowsMax)
      return this.#fail(line, 'TROP_DE_LIGNES', `au plus ${rowsMax} lignes`, true);
    switch (line.kind) {
      case 'long':
        return this.#fail(line, 'LIGNE_TROP_LONGUE', `au plus ${recordLengthMax} octets par ligne`);
      case 'utf8':
        return this.#fail(line, 'UTF8_INVALIDE', 'une ligne en UTF-8');
      case 'text':
        return this.#readText(line.line, line.text);
    }
  }

  #readText(line: number, text: string): BalOperateur | undefined {
    const json = parseJsonText(text, depthMax);
    if (json.kind === 'fault') return this.#fail({ line }, json.code, json.expected);
    if (!isJsonObject(json.value))
      return this.#fail({ line }, 'OBJET_ATTENDU', 'un objet JSON par ligne, celui d’une BAL');
    const { cells, columns, faults } = readJsonCells(json.value);
    for (const column of columns) this.#columns.add(column);
    const bal = readRow(cells, line, jsonHeader, this.#options.now, this.report, faults);
    return bal && this.#controle.accept(bal, line) ? bal : undefined;
  }

  #fail(
    { line }: { line: number },
    code: string,
    expected: string,
    isFatal = false,
  ): BalOperateur | undefined {
    this.report.addFault({ line, column: undefined, code, value: undefined, expected, isFatal });
    this.report.rejectLine(undefined);
    return undefined;
  }
}
