// What came of an import, for whoever asked for it.
import { RefusedError } from '../errors.js';
import type { CreationsInterdites } from '../store/bal-operateur.js';
import { describeFault, type InventaireFault } from './faults.js';
import type { Lecture } from './lecture.js';

export type ImportResult = {
  readonly outcome: 'loaded' | 'unchanged';
  /** Name of the source. */
  readonly source: string;
  readonly runId: number;
  /** The load in service after the import. */
  readonly loadId: number;
  /** True for the very first load of the inventory, whatever its source. */
  readonly isFull: boolean;
  /** Lines of data of the source. */
  readonly lineCount: number;
  readonly rejectedLineCount: number;
  /** BAL of the source in service afterwards, the closed ones left out. */
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
export function unchangedResult(
  source: string,
  runId: number,
  loadId: number,
  balCount: number,
): ImportResult {
  return {
    outcome: 'unchanged',
    source,
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

  constructor(lecture: Lecture) {
    super('INVENTAIRE_INVALIDE', describeFaults(lecture));
    this.name = 'InvalidInventaireError';
    this.faults = lecture.report.faults;
    this.faultCount = lecture.report.faultCount;
  }
}

const faultsShownMax = 20;

function describeFaults({ nom, objet, report }: Lecture): string {
  const shown = report.faults.slice(0, faultsShownMax).map((fault) => `  ${describeFault(fault)}`);
  const rest = report.faultCount - shown.length;
  const remedy = report.hasFatalFault
    ? `Corrigez ${objet}, puis relancez.`
    : `Corrigez ${objet}, ou relancez avec --skip-invalid pour laisser ces lignes de côté.`;
  return [
    `${nom} contient ${report.faultCount} erreur(s), rien n’a été importé :`,
    ...shown,
    ...(rest > 0 ? [`  … et ${rest} autre(s).`] : []),
    remedy,
  ].join('\n');
}
