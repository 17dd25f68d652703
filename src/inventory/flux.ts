// The lecture of a source that is no file: records with cells of text, judged as the lines of a CSV are.
import type { BalOperateur } from '../domain/bal-operateur.js';
import type { SourceInventaire } from '../domain/source-inventaire.js';
import {
  inventaireColumnNames,
  neededColumns,
  type Header,
  type InventaireColumn,
} from './columns.js';
import { ControleLignes } from './controle.js';
import { InventaireReport, type InventaireFault } from './faults.js';
import type { Lecture } from './lecture.js';
import { readRow } from './row.js';
import { cleanCell, parseAdresse } from './values.js';

export type Enregistrement = {
  /** What tells it better than its number (a DN). */
  readonly place: string | undefined;
  /** The cells of each of its lines, in the order of `FluxOptions.columns`: one line per address and attachment. */
  readonly lignes: readonly (readonly string[])[];
  /** What could not be made a cell of: none of its lines is used. */
  readonly fautes: readonly Pick<InventaireFault, 'column' | 'code' | 'value' | 'expected'>[];
};

export type FluxOptions = {
  readonly nom: string;
  readonly objet: string;
  readonly origin: string;
  readonly source: SourceInventaire;
  readonly columns: readonly InventaireColumn[];
  /** What the source calls what a column holds. */
  readonly nommer: (column: InventaireColumn) => string;
  readonly mot: 'ligne' | 'entrée';
  readonly lots: AsyncIterable<readonly Enregistrement[]>;
  /** French sentences, known once everything is read. */
  readonly remarques?: () => readonly string[];
  readonly fermer: () => void | Promise<void>;
  readonly now: Date;
  readonly limits: { readonly rowsMax: number; readonly faultsKeptMax: number };
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, lines: number) => void;
};

export class LectureFlux implements Lecture {
  readonly report: InventaireReport;
  readonly sizeBytes = 0;
  lineCount = 0;
  readonly #options: FluxOptions;
  readonly #controle: ControleLignes;
  readonly #header: Header;
  /** Columns that hold something on one line at least. */
  readonly #filled = new Set<InventaireColumn>();

  constructor(options: FluxOptions) {
    this.#options = options;
    this.report = new InventaireReport(options.limits.faultsKeptMax);
    this.#controle = new ControleLignes(this.report, options.source, options.mot);
    this.#header = {
      places: new Map(options.columns.map((column, place) => [column, place])),
      cellCount: options.columns.length,
      missingNeeded: [],
      missingOptional: [],
      repeated: [],
      unknown: [],
    };
  }

  get nom(): string {
    return this.#options.nom;
  }

  get objet(): string {
    return this.#options.objet;
  }

  get origin(): string {
    return this.#options.origin;
  }

  /** Nothing published tells two states of such a source apart: when it was read does. */
  get version(): string {
    return `${this.#options.source.nom}@${this.#options.now.toISOString().slice(0, 16)}`;
  }

  get layout(): string {
    return `1|flux|${inventaireColumnNames.filter((name) => this.#filled.has(name)).join(',')}`;
  }

  /** A column that no line fills any more counts as lost: rights on an attribute are easily withdrawn. */
  get missingColumns(): readonly string[] {
    return inventaireColumnNames.filter(
      (name) => !neededColumns.includes(name) && !this.#filled.has(name),
    );
  }

  isSameAs(): boolean {
    return false;
  }

  async *rows(): AsyncGenerator<readonly BalOperateur[]> {
    for await (const lot of this.#options.lots) {
      this.#options.signal?.throwIfAborted();
      yield lot.flatMap((record) => this.#read(record));
      this.#options.onProgress(this.lineCount, this.lineCount);
      if (this.report.hasFatalFault) return;
    }
    for (const remarque of this.#options.remarques?.() ?? []) this.report.warnFile(remarque);
  }

  async close(): Promise<void> {
    await this.#options.fermer();
  }

  #read({ place, lignes, fautes }: Enregistrement): BalOperateur[] {
    const { rowsMax } = this.#options.limits;
    const line = ++this.lineCount;
    if (line > rowsMax) {
      if (line === rowsMax + 1) this.#failAll(line, rowsMax);
      return [];
    }
    if (fautes.length > 0) {
      for (const faute of fautes) this.report.addFault({ ...faute, line, place, isFatal: false });
      this.report.rejectLine(this.#adresseOf(lignes[0]));
      return [];
    }
    return lignes.flatMap((cells) => {
      const bal = this.#readCells(cells, line, place);
      return bal ? [bal] : [];
    });
  }

  #readCells(
    cells: readonly string[],
    line: number,
    place: string | undefined,
  ): BalOperateur | undefined {
    const { columns, nommer, now } = this.#options;
    for (const [index, column] of columns.entries())
      if (cells[index] !== '' && !this.#filled.has(column)) this.#filled.add(column);
    const bal = readRow(cells, line, this.#header, now, this.report, {
      designation: { place, nommer },
    });
    return bal && this.#controle.accept(bal, line, place) ? bal : undefined;
  }

  #adresseOf(cells: readonly string[] | undefined): string | undefined {
    const text = cleanCell(cells?.[this.#header.places.get('adresse') ?? -1] ?? '');
    const cell = parseAdresse(text);
    return cell.kind === 'value' ? cell.value.toLowerCase() : undefined;
  }

  #failAll(line: number, rowsMax: number): void {
    this.report.addFault({
      line,
      column: undefined,
      code: 'TROP_DE_LIGNES',
      value: undefined,
      expected: `au plus ${rowsMax} lignes : relevez inventaire.lignesMax si tout est juste`,
      isFatal: true,
    });
  }
}
