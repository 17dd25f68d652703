// What came of an import, for whoever asked for it.
import { basename } from 'node:path';
import { RefusedError } from '../errors.js';
import type { CreationsInterdites } from '../store/bal-operateur.js';
import { describeFault, type InventaireFault } from './faults.js';
import type { InventaireReading } from './reading.js';

export type ImportResult = {
  readonly outcome: 'loaded' | 'unchanged';
  readonly runId: number;
  /** The load in service after the import. */
  readonly loadId: number;
  /** True for the first load. */
  readonly isFull: boolean;
  /** Lines of data of the file. */
  readonly lineCount: number;
  readonly rejectedLineCount: number;
  /** BAL in service afterwards, the closed ones left out. */
  readonly balCount: number;
  /** Lines of the inventory opened, closed, and updated in place. */
  readonly addedCount: number;
  readonly goneCount: number;
  readonly refreshedCount: number;
  /** The first ones, of lines left out by `skipInvalid`. */
  readonly faults: readonly InventaireFault[];
  readonly faultCount: number;
  /** French sentences. */
  readonly warnings: readonly string[];
  readonly acceptedGuards: readonly string[];
  /** PER that name no professional and were not there at the previous import (EX_GBM_4312). */
  readonly creationsInterdites: CreationsInterdites;
};

/** Nothing was read, nothing was changed. */
export function unchangedResult(runId: number, loadId: number, balCount: number): ImportResult {
  return {
    outcome: 'unchanged',
    runId,
    loadId,
    isFull: false,
    lineCount: 0,
    rejectedLineCount: 0,
    balCount,
    addedCount: 0,
    goneCount: 0,
    refreshedCount: 0,
    faults: [],
    faultCount: 0,
    warnings: [],
    acceptedGuards: [],
    creationsInterdites: { nombre: 0, adresses: [] },
  };
}

/** One French line. */
export function summarize(result: ImportResult): string {
  const { balCount, addedCount, goneCount, refreshedCount } = result;
  if (result.outcome === 'unchanged') return `inventaire inchangé, ${balCount} BAL`;
  return `${balCount} BAL ; lignes : ${addedCount} ouvertes, ${goneCount} fermées, ${refreshedCount} actualisées`;
}

/** The file is wrong: nothing was imported. The message shows the first faults; all that were kept are here. */
export class InvalidInventaireError extends RefusedError {
  readonly faults: readonly InventaireFault[];
  readonly faultCount: number;

  constructor(path: string, reading: InventaireReading) {
    super('INVENTAIRE_INVALIDE', describeFaults(path, reading));
    this.name = 'InvalidInventaireError';
    this.faults = reading.report.faults;
    this.faultCount = reading.report.faultCount;
  }
}

const faultsShownMax = 20;

function describeFaults(path: string, { report }: InventaireReading): string {
  const shown = report.faults.slice(0, faultsShownMax).map((fault) => `  ${describeFault(fault)}`);
  const rest = report.faultCount - shown.length;
  const remedy = report.hasFatalFault
    ? 'Corrigez le fichier, puis relancez.'
    : 'Corrigez le fichier, ou relancez avec --skip-invalid pour laisser ces lignes de côté.';
  return [
    `${basename(path)} contient ${report.faultCount} erreur(s), rien n’a été importé :`,
    ...shown,
    ...(rest > 0 ? [`  … et ${rest} autre(s).`] : []),
    remedy,
  ].join('\n');
}
