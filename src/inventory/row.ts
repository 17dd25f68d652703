// One line of the file: cells -> BalOperateur, or every fault of the line.
import type { BalOperateur } from '../domain/bal-operateur.js';
import type { Header, InventaireColumn } from './columns.js';
import { parseDate, parseInstant } from './dates.js';
import { shortenValue, type InventaireFault, type InventaireReport } from './faults.js';
import { parseOctets, parseQuota } from './sizes.js';
import { parseIdentifiantStructure, parseTypeIdentifiantStructure } from './structure.js';
import { parseIdentifiantPp, parseTypeIdentifiantPp, type Titulaire } from './titulaire.js';
import {
  cleanCell,
  parseAdresse,
  parseBoolean,
  parseEtat,
  parseText,
  parseTypeBal,
  type Cell,
} from './values.js';

/** A fault of one line, found before its cells are read: `column` may then be a name that no column has. */
export type RowFault = Omit<InventaireFault, 'line' | 'isFatal'>;

/**
 * Undefined when the line is at fault; the report then has its faults and its address, where it could be read. `found`:
 * the faults that it has already; their cells are empty and not judged again.
 */
export function readRow(
  cells: readonly string[],
  line: number,
  header: Header,
  now: Date,
  report: InventaireReport,
  found: readonly RowFault[] = [],
): BalOperateur | undefined {
  const row = new RowReader(cells, line, header, report);
  for (const fault of found) row.fail(fault);
  const extra = cells.slice(header.cellCount).find((cell) => cell.trim() !== '');
  if (cells.length < header.cellCount || extra !== undefined) {
    // Cells are no longer under their header: judging them would bury the cause under its effects.
    row.failCount(cells.length);
    report.rejectLine(row.peekAdresse());
    return undefined;
  }
  const adresseSaisie = row.readNeeded('adresse', parseAdresse);
  const bal = readBal(row, adresseSaisie, now);
  if (row.hasFault) report.rejectLine(adresseSaisie?.toLowerCase());
  return bal;
}

function readBal(
  row: RowReader,
  adresseSaisie: string | undefined,
  now: Date,
): BalOperateur | undefined {
  const typeBal = row.readNeeded('typeBal', parseTypeBal);
  const titulaire = readTitulaire(row);
  const rattachement = readRattachement(row);
  const rest = {
    serviceRattachement: row.read('service', parseText),
    responsable: row.read('responsable', parseText),
    description: row.read('description', parseText),
    listeRouge: row.read('listeRouge', parseBoolean) ?? false,
    preferee: row.read('preferee', parseBoolean) ?? false,
    etat: row.read('etat', parseEtat) ?? 'actif',
    dateCreation: row.read('dateCreation', (text) => parseDate(text, now)),
    transfertVers: row.read('transfertVers', parseAdresse)?.toLowerCase(),
    derniereAuthentification: row.read('derniereAuthentification', (t) => parseInstant(t, now)),
    tailleOctets: row.read('tailleOctets', parseOctets),
    quotaOctets: row.read('quotaOctets', parseQuota),
  } as const;
  if (row.hasFault || adresseSaisie === undefined || typeBal === undefined) return undefined;
  return {
    adresse: adresseSaisie.toLowerCase(),
    adresseSaisie,
    typeBal,
    typeIdentifiantPp: titulaire.type,
    identifiantPp: titulaire.identifiant,
    typeIdentifiantStructure: rattachement?.type,
    identificationStructure: rattachement?.identification,
    ...rest,
  };
}

function readTitulaire(row: RowReader): Titulaire {
  const faultCount = row.faultCount;
  const type = row.read('typeIdentifiantPp', parseTypeIdentifiantPp);
  // The identifier cannot be judged under a type that could not be read.
  const read = (text: string): Cell<Titulaire> => parseIdentifiantPp(text, type);
  if (row.faultCount > faultCount) return nobody;
  const titulaire = row.read('identifiantPp', read);
  if (titulaire !== undefined || row.faultCount > faultCount) return titulaire ?? nobody;
  if (type === '10') return { type, identifiant: undefined };
  if (type !== undefined)
    row.warn('identifiantPp', {
      code: 'IDENTIFIANT_PP_VIDE',
      message: 'identifiant vide alors que son type est donné, considéré comme absent',
    });
  return nobody;
}

const nobody: Titulaire = { type: undefined, identifiant: undefined };

function readRattachement(row: RowReader): { type: string; identification: string } | undefined {
  const faultCount = row.faultCount;
  const type = row.read('typeIdentifiantStructure', parseTypeIdentifiantStructure);
  if (row.faultCount > faultCount) return undefined;
  return row.read('identifiantStructure', (text) => parseIdentifiantStructure(text, type));
}

/** The cells of one line by column, and what was found wrong with them. */
class RowReader {
  faultCount = 0;
  private readonly failed = new Set<string>();
  private readonly cells: readonly string[];
  private readonly line: number;
  private readonly header: Header;
  private readonly report: InventaireReport;

  constructor(cells: readonly string[], line: number, header: Header, report: InventaireReport) {
    this.cells = cells;
    this.line = line;
    this.header = header;
    this.report = report;
  }

  get hasFault(): boolean {
    return this.faultCount > 0;
  }

  /** Undefined when the cell is empty, its column absent, or the value at fault. */
  read<T>(column: InventaireColumn, parse: (text: string) => Cell<T>): T | undefined {
    const text = this.textOf(column);
    if (text === '') return undefined;
    const cell = parse(text);
    if (cell.kind === 'fault') {
      this.fail({ column, code: cell.code, value: shortenValue(text), expected: cell.expected });
      return undefined;
    }
    if (cell.warning !== undefined) this.report.warnCell(this.line, column, cell.warning);
    return cell.value;
  }

  warn(column: InventaireColumn, warning: { code: string; message: string }): void {
    this.report.warnCell(this.line, column, warning);
  }

  /** As `read`, of a cell that may not be empty. */
  readNeeded<T>(column: InventaireColumn, parse: (text: string) => Cell<T>): T | undefined {
    if (this.textOf(column) === '' && !this.failed.has(column))
      this.fail({ column, code: 'VALEUR_ABSENTE', value: '', expected: 'une valeur' });
    return this.read(column, parse);
  }

  failCount(found: number): void {
    this.fail({
      column: undefined,
      code: 'NOMBRE_DE_CELLULES',
      value: undefined,
      expected:
        `${found} cellules au lieu de ${this.header.cellCount} : une valeur qui contient le séparateur ` +
        'ou un saut de ligne doit être entre guillemets',
    });
  }

  /** The address of a line whose cells are shifted: only those of the first column surely are where they belong. */
  peekAdresse(): string | undefined {
    if (this.header.places.get('adresse') !== 0) return undefined;
    const cell = parseAdresse(this.textOf('adresse'));
    return cell.kind === 'value' ? cell.value.toLowerCase() : undefined;
  }

  fail(fault: RowFault): void {
    this.faultCount++;
    if (fault.column !== undefined) this.failed.add(fault.column);
    this.report.addFault({ line: this.line, isFatal: false, ...fault });
  }

  private textOf(column: InventaireColumn): string {
    const place = this.header.places.get(column);
    return place === undefined ? '' : cleanCell(this.cells[place] ?? '');
  }
}
