// What is wrong with a file, all at once: faults stop the import, warnings do not.
import type { RejectedLine } from '../domain/source.js';
import type { CellWarning } from './values.js';

export type InventaireFault = {
  /** 1 is the header line of a file; the number of the line or entry of another source. */
  readonly line: number;
  /** What tells the line better than its number (the DN of an entry). */
  readonly place?: string | undefined;
  /** The documented name of the column; undefined when the whole line is at fault. */
  readonly column: string | undefined;
  readonly code: string;
  /** The cell, shortened; undefined when no cell is at fault. */
  readonly value: string | undefined;
  /** French. */
  readonly expected: string;
  /** True when the rest of the file could not be read: nothing can be imported, `--skip-invalid` or not. */
  readonly isFatal: boolean;
};

export function describeFault(fault: InventaireFault): string {
  const column = fault.column === undefined ? '' : `, colonne ${fault.column}`;
  return `${fault.place ?? `ligne ${fault.line}`}${column} : ${explainFault(fault)}`;
}

/** As `explainFault`, where nothing before it says that something else was expected. */
export function explainExpected(fault: InventaireFault): string {
  return fault.value === undefined ? `attendu : ${fault.expected}` : explainFault(fault);
}

/** The fault without its place. */
export function explainFault(fault: InventaireFault): string {
  return fault.value === undefined
    ? fault.expected
    : `« ${fault.value} » — attendu : ${fault.expected}`;
}

export function toRejectedLine(fault: InventaireFault, file: string): RejectedLine {
  const { line, place, column, code } = fault;
  const message = explainFault(fault);
  return {
    file,
    line,
    column,
    code,
    message: place === undefined ? message : `${place} : ${message}`,
  };
}

/** Collects faults and warnings; keeps the first ones, counts them all. */
export class InventaireReport {
  readonly faults: InventaireFault[] = [];
  faultCount = 0;
  rejectedLineCount = 0;
  duplicateLineCount = 0;
  hasFatalFault = false;
  /** Addresses, where they could be read, of the lines at fault. */
  readonly rejectedAdresses = new Set<string>();
  /** Lines at fault whose address could not be read. */
  unreadableAdresseCount = 0;

  private readonly faultsKeptMax: number;
  private readonly cellWarnings = new Map<string, GroupedWarning>();
  private readonly fileWarnings: string[] = [];

  constructor(faultsKeptMax: number) {
    this.faultsKeptMax = faultsKeptMax;
  }

  addFault(fault: InventaireFault): void {
    this.faultCount++;
    if (fault.isFatal) this.hasFatalFault = true;
    if (this.faults.length < this.faultsKeptMax) this.faults.push(fault);
  }

  /** Counts one line that cannot be used, once, however many faults it has. */
  rejectLine(adresse: string | undefined): void {
    this.rejectedLineCount++;
    if (adresse === undefined) this.unreadableAdresseCount++;
    else this.rejectedAdresses.add(adresse);
  }

  /** Counts lines that were right, and cannot be used all the same. */
  rejectStaged(count: number): void {
    this.rejectedLineCount += count;
  }

  warnFile(message: string): void {
    this.fileWarnings.push(message);
  }

  warnCell(line: number, column: string, warning: CellWarning): void {
    const key = `${column}\n${warning.code}`;
    const group = this.cellWarnings.get(key);
    if (group === undefined) {
      this.cellWarnings.set(key, { column, message: warning.message, count: 1, lines: [line] });
      return;
    }
    group.count++;
    if (group.lines.length < linesShownMax) group.lines.push(line);
  }

  /** French sentences, one per kind of warning and column. */
  warnings(): string[] {
    return [...this.fileWarnings, ...[...this.cellWarnings.values()].map(describeWarning)];
  }
}

const linesShownMax = 5;

type GroupedWarning = {
  readonly column: string;
  readonly message: string;
  count: number;
  readonly lines: number[];
};

function describeWarning(group: GroupedWarning): string {
  const lines = group.lines.join(', ') + (group.count > group.lines.length ? '…' : '');
  const count = group.count === 1 ? 'ligne' : `${group.count} lignes :`;
  return `Colonne ${group.column} : ${group.message} (${count} ${lines}).`;
}

const valueShownMax = 60;

/** A cell as shown in a message: one line, shortened, no control character sent to a terminal. */
export function shortenValue(value: string): string {
  const oneLine = value.replace(/[\p{C}\s]+/gu, ' ');
  return oneLine.length > valueShownMax ? `${oneLine.slice(0, valueShownMax)}…` : oneLine;
}
