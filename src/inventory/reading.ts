// An open inventory file, read as a stream of checked lines.
import type { FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { BalOperateur } from '../domain/bal-operateur.js';
import { AppError } from '../errors.js';
import { decrirePartage, seuleSource, type SourceInventaire } from '../domain/source-inventaire.js';
import { readHeader, type Delimiter, type Header } from './columns.js';
import { ControleLignes } from './controle.js';
import { decodeFile, type Encoding } from './encoding.js';
import { InventaireReport, shortenValue } from './faults.js';
import { CsvBreak, readRecords, type CsvRecord } from './records.js';
import { readRow } from './row.js';
import type { Lecture } from './lecture.js';
import type { SourceLoad } from '../store/source-load.js';
import { isSameFile, layoutOf, versionOf } from './version.js';

export type InventaireLimits = {
  readonly fileBytesMax: number;
  /** Characters of one record, line breaks inside quotes included. */
  readonly recordLengthMax: number;
  readonly rowsMax: number;
  /** All faults are counted; only the first ones are kept. */
  readonly faultsKeptMax: number;
};

export const defaultInventaireLimits: InventaireLimits = {
  // Four times the whole country at 250 bytes a line.
  fileBytesMax: 512 * 1024 * 1024,
  recordLengthMax: 32_768,
  rowsMax: 2_000_000,
  faultsKeptMax: 1000,
};

export type InventaireReadOptions = {
  /** What dates are judged by. */
  readonly now: Date;
  /** Undefined: detected. */
  readonly encoding?: Encoding | undefined;
  /** Undefined: detected. */
  readonly delimiter?: Delimiter | undefined;
  readonly limits?: Partial<InventaireLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whose file it is; undefined: the inventory has one source. */
  readonly source?: SourceInventaire | undefined;
  /** What the file is called where its path says nothing to anybody; `nom` is also that of its version. */
  readonly presentation?: { readonly nom: string; readonly origin: string } | undefined;
  readonly onProgress?: ((byteCount: number, lineCount: number) => void) | undefined;
};

export type FileFacts = {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly encoding: Encoding;
  readonly bomBytes: number;
  readonly delimiter: Delimiter;
  readonly preambleLineCount: number;
};

/** `rows` is read once; `report`, `header` and `lineCount` are whole when it ends. */
export class InventaireReading implements Lecture {
  readonly objet = 'le fichier';
  readonly report: InventaireReport;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  /** `decrirePartage`. */
  readonly partage: string;
  header: Header | undefined;
  lineCount = 0;
  private readonly handle: FileHandle;
  private readonly options: InventaireReadOptions;
  private readonly limits: InventaireLimits;
  private readonly facts: FileFacts;
  private readonly controle: ControleLignes;

  constructor(
    handle: FileHandle,
    options: InventaireReadOptions,
    limits: InventaireLimits,
    facts: FileFacts,
  ) {
    this.handle = handle;
    this.options = options;
    this.limits = limits;
    this.facts = facts;
    this.report = new InventaireReport(limits.faultsKeptMax);
    const source = options.source ?? seuleSource;
    this.controle = new ControleLignes(this.report, source, 'ligne');
    this.partage = decrirePartage(source);
    this.sha256 = facts.sha256;
    this.sizeBytes = facts.sizeBytes;
    this.encoding = facts.encoding;
    this.delimiter = facts.delimiter;
  }

  get nom(): string {
    return this.options.presentation?.nom ?? basename(this.facts.path);
  }

  get origin(): string {
    return this.options.presentation?.origin ?? resolve(this.facts.path);
  }

  get version(): string {
    return versionOf(this.options.presentation?.nom ?? this.facts.path, this);
  }

  get layout(): string {
    return layoutOf(this);
  }

  get missingColumns(): readonly string[] {
    return this.header?.missingOptional ?? [];
  }

  isSameAs(inService: SourceLoad): boolean {
    return isSameFile(inService, this);
  }

  /** The right lines, some at a time; the others are in `report`. */
  async *rows(): AsyncGenerator<readonly BalOperateur[]> {
    const { encoding, bomBytes } = this.facts;
    const text = decodeFile(this.handle, encoding, bomBytes);
    let byteCount = 0;
    try {
      for await (const chunk of readRecords(text, this.delimiter, this.limits.recordLengthMax)) {
        this.options.signal?.throwIfAborted();
        byteCount += chunk.byteCount;
        yield this.readRows(chunk.records);
        this.options.onProgress?.(byteCount, this.lineCount);
        if (this.report.hasFatalFault) return;
      }
    } catch (error) {
      if (!(error instanceof CsvBreak)) throw error;
      this.failFile(
        error.line,
        `CSV_${error.kind.toUpperCase()}`,
        explainBreak(error, this.limits),
      );
    }
    await this.assertUnmoved();
    if (this.header === undefined && !this.report.hasFatalFault)
      this.failFile(1, 'EN_TETE_ABSENT', 'une ligne d’en-tête : le fichier est vide');
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  private readRows(records: readonly CsvRecord[]): readonly BalOperateur[] {
    const rows: BalOperateur[] = [];
    for (const { line, cells } of records) {
      if (this.report.hasFatalFault) break;
      if (line <= this.facts.preambleLineCount || cells.every((cell) => cell.trim() === ''))
        continue;
      if (this.header === undefined) {
        this.header = this.readHeaderLine(cells, line);
        continue;
      }
      const row = this.readLine(cells, line, this.header);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  private readLine(
    cells: readonly string[],
    line: number,
    header: Header,
  ): BalOperateur | undefined {
    this.lineCount++;
    if (this.lineCount > this.limits.rowsMax) {
      const expected = `au plus ${this.limits.rowsMax} lignes : relevez la limite si le fichier est juste`;
      this.failFile(line, 'TROP_DE_LIGNES', expected);
      return undefined;
    }
    const bal = readRow(cells, line, header, this.options.now, this.report);
    return bal && this.controle.accept(bal, line) ? bal : undefined;
  }

  private readHeaderLine(cells: readonly string[], line: number): Header {
    const header = readHeader(cells);
    for (const name of header.missingNeeded)
      this.failFile(
        line,
        'COLONNE_ABSENTE',
        `une colonne « ${name} » dans l’en-tête (modèle : annuaire-sync inventory template)`,
        name,
      );
    for (const name of header.repeated)
      this.failFile(line, 'COLONNE_REPETEE', 'une seule colonne de ce nom dans l’en-tête', name);
    for (const { name, closest } of header.unknown)
      this.report.warnFile(
        `Colonne inconnue « ${shortenValue(name)} », ignorée` +
          (closest === undefined ? '.' : ` : vouliez-vous dire « ${closest} » ?`),
      );
    if (header.missingOptional.length > 0)
      this.report.warnFile(
        `Colonnes absentes du fichier, considérées comme vides : ${header.missingOptional.join(', ')}.`,
      );
    return header;
  }

  private failFile(line: number, code: string, expected: string, column?: string): void {
    this.report.addFault({ line, column, code, value: undefined, expected, isFatal: true });
  }

  /** A file that an export is still writing must not be taken for the whole inventory. */
  private async assertUnmoved(): Promise<void> {
    const { size, mtimeMs } = await this.handle.stat();
    if (size !== this.facts.sizeBytes || mtimeMs !== this.facts.modifiedAtMs)
      throw new AppError(
        'INVENTAIRE_MODIFIE',
        `${basename(this.facts.path)} a changé pendant sa lecture : relancez l’import quand son export est terminé.`,
      );
  }
}

function explainBreak(error: CsvBreak, limits: InventaireLimits): string {
  switch (error.kind) {
    case 'quote':
      return 'un guillemet fermant : un guillemet ouvert sur cette ligne n’est jamais refermé';
    case 'length':
      return (
        `au plus ${limits.recordLengthMax} caractères par ligne : un guillemet ouvert sur cette ligne ` +
        'n’est sans doute pas refermé'
      );
    case 'other':
      return 'une ligne CSV lisible';
  }
}
