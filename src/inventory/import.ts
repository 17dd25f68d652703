// `inventory import`: one file, whole, in one transaction; the last good state stays in service otherwise.
import { basename, extname, resolve } from 'node:path';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError, RefusedError, messageOf } from '../errors.js';
import type { Progress } from '../progress.js';
import type { RejectedLine } from '../domain/source.js';
import {
  applyStaging,
  beginStaging,
  compareStaging,
  countBals,
  keepInService,
  listFilledColumns,
  stageBals,
  type StagingFigures,
} from '../store/bal-operateur.js';
import {
  findLoadInService,
  finishRun,
  insertLoad,
  insertRejects,
  interruptAbandonedRuns,
  startRun,
  type RunEnd,
  type RunOutcome,
  type SourceLoad,
} from '../store/source-load.js';
import { openInventaire } from './csv.js';
import { describeFault, toRejectedLine, type InventaireFault } from './faults.js';
import {
  checkGuards,
  defaultInventaireGuards,
  type GuardFinding,
  type InventaireGuards,
} from './guards.js';
import type { InventaireReadOptions, InventaireReading } from './reading.js';

export type ImportOptions = Pick<InventaireReadOptions, 'encoding' | 'delimiter' | 'limits'> & {
  /** Import the right lines; a BAL with a wrong one keeps what it has in service (docs of `keepInService`). */
  readonly skipInvalid?: boolean | undefined;
  readonly guards?: Partial<InventaireGuards> | undefined;
  /** Who overrules the guards, if anybody does. */
  readonly acceptedBy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

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
};

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

export async function importInventaire(
  pool: Pool,
  path: string,
  options: ImportOptions,
  progress: Progress,
  now: Date,
): Promise<ImportResult> {
  const locked = await withAdvisoryLock(pool, 'source:inventaire', async () => {
    await interruptAbandonedRuns(pool, 'inventaire');
    const runId = await startRun(pool, 'inventaire');
    return attempt({ pool, runId, path, options, progress }, now);
  });
  if (locked.kind === 'busy')
    throw new AppError(
      'INVENTAIRE_OCCUPE',
      'Un autre import d’inventaire est en cours sur cette base : attendez qu’il finisse, puis relancez.',
    );
  return locked.value;
}

type Attempt = {
  readonly pool: Pool;
  readonly runId: number;
  readonly path: string;
  readonly options: ImportOptions;
  readonly progress: Progress;
};

async function attempt(attempt: Attempt, now: Date): Promise<ImportResult> {
  const { path, options, progress } = attempt;
  const { encoding, delimiter, limits, signal } = options;
  let reading: InventaireReading | undefined;
  try {
    const onProgress = progress.update.bind(progress);
    reading = await openInventaire(path, { now, encoding, delimiter, limits, signal, onProgress });
    const result = await load(attempt, reading);
    progress.end(summarize(result));
    return result;
  } catch (error) {
    progress.end();
    await recordFailure(attempt, reading, error);
    throw error;
  } finally {
    await reading?.close();
  }
}

async function load(attempt: Attempt, reading: InventaireReading): Promise<ImportResult> {
  const { pool, runId, path } = attempt;
  const inService = await findLoadInService(pool, 'inventaire');
  if (inService && isSameFile(inService, reading)) {
    const balCount = await countBals(pool);
    const { lineCount, warnings } = inService;
    await finishRun(pool, runId, { ...runEnd(path, reading, 'unchanged'), loadId: inService.id });
    const base = unchangedResult(runId, inService.id, balCount);
    return { ...base, lineCount, warnings };
  }
  return transaction(pool, (client) => stageAndApply(client, attempt, reading));
}

/** The same bytes read in the same way; a load that left lines out is read again, for what it said of them. */
function isSameFile(inService: SourceLoad, reading: InventaireReading): boolean {
  return (
    inService.version.endsWith(`@${shortHash(reading)}`) &&
    inService.layout.startsWith(layoutPrefix(reading)) &&
    inService.rejectedCount === 0
  );
}

async function stageAndApply(
  client: Client,
  attempt: Attempt,
  reading: InventaireReading,
): Promise<ImportResult> {
  const { runId, path, options, progress } = attempt;
  await beginStaging(client);
  // Read under the table's lock: nobody changes it until the commit.
  const inService = await findLoadInService(client, 'inventaire');
  progress.step({
    label: `Lecture de ${basename(path)}`,
    total: reading.sizeBytes,
    unit: 'octets',
  });
  await stageBals(client, reading.rows());
  refuseFaults(attempt, reading);
  progress.step({ label: 'Mise en service de l’inventaire', total: undefined, unit: 'lignes' });
  const warnings = [...reading.report.warnings(), ...(await setRejectedAside(client, reading))];
  const figures = await compareStaging(client);
  options.signal?.throwIfAborted();
  const overruled = await passGuards(client, attempt, reading, figures);
  const acceptedGuards = overruled.map(({ code }) => code);
  warnings.push(...overruled.map(({ message }) => message));
  const isUnchanged = inService !== undefined && changeCount(figures) === 0;
  const loadId = isUnchanged
    ? inService.id
    : await apply(client, attempt, reading, { figures, warnings, isFull: !inService });
  const { faults } = reading.report;
  await insertRejects(client, runId, toRejectedLines(path, faults));
  const outcome = isUnchanged ? 'unchanged' : 'loaded';
  // In the same transaction as the load: a run is never open over a load that is in service.
  await finishRun(client, runId, {
    ...runEnd(path, reading, outcome),
    loadId,
    acceptedGuards: acceptedGuards.map((code) => `${code} (${options.acceptedBy ?? ''})`),
  });
  const { faultCount, rejectedLineCount } = reading.report;
  return {
    ...unchangedResult(runId, loadId, figures.balsAfter),
    outcome,
    isFull: inService === undefined,
    lineCount: reading.lineCount,
    rejectedLineCount,
    addedCount: figures.added,
    goneCount: figures.gone,
    refreshedCount: figures.refreshed,
    faults,
    faultCount,
    warnings,
    acceptedGuards,
  };
}

function refuseFaults({ path, options }: Attempt, reading: InventaireReading): void {
  const { faultCount, hasFatalFault } = reading.report;
  if (hasFatalFault || (faultCount > 0 && options.skipInvalid !== true))
    throw new InvalidInventaireError(path, reading);
}

/** Returns what is to be said of it, in French. */
async function setRejectedAside(client: Client, reading: InventaireReading): Promise<string[]> {
  const { rejectedLineCount, rejectedAdresses, unreadableAdresseCount } = reading.report;
  if (rejectedLineCount === 0) return [];
  const keepAbsent = unreadableAdresseCount > 0;
  await keepInService(client, [...rejectedAdresses], keepAbsent);
  const warnings = [
    `${rejectedLineCount} lignes fautives laissées de côté ; leurs BAL gardent l’état qu’elles avaient en service.`,
  ];
  if (keepAbsent)
    warnings.push(
      `L’adresse de ${unreadableAdresseCount} lignes est illisible : aucune disparition de BAL n’est prise en compte.`,
    );
  return warnings;
}

/** Throws when a guard refuses and nobody answers for it; returns the overruled ones. */
async function passGuards(
  client: Client,
  { options }: Attempt,
  reading: InventaireReading,
  figures: StagingFigures,
): Promise<GuardFinding[]> {
  const missing: readonly string[] = reading.header?.missingOptional ?? [];
  const filled = missing.length === 0 ? [] : await listFilledColumns(client);
  const facts = {
    lineCount: reading.lineCount,
    rejectedLineCount: reading.report.rejectedLineCount,
    figures,
    lostColumns: filled.filter((column) => missing.includes(column)),
  };
  const findings = checkGuards(facts, { ...defaultInventaireGuards, ...options.guards });
  const [first] = findings;
  if (first === undefined) return [];
  const sentence = findings.map(({ message }) => message).join(' ; ');
  if (options.acceptedBy === undefined)
    throw new RefusedError(
      first.code,
      `Inventaire refusé, rien n’a été changé : ${sentence}. Vérifiez que l’export est complet ; ` +
        's’il est juste, relancez avec --accept.',
    );
  const by = `accepté par ${options.acceptedBy}`;
  return findings.map(({ code, message }) => ({ code, message: `Garde-fou ${by} : ${message}.` }));
}

function changeCount(figures: StagingFigures): number {
  return figures.added + figures.gone + figures.refreshed;
}

type Applied = {
  readonly figures: StagingFigures;
  readonly warnings: readonly string[];
  readonly isFull: boolean;
};

async function apply(
  client: Client,
  { path }: Attempt,
  reading: InventaireReading,
  { figures, warnings, isFull }: Applied,
): Promise<number> {
  const loadId = await insertLoad(client, {
    source: 'inventaire',
    version: versionOf(path, reading),
    genereLe: undefined,
    origin: resolve(path),
    sizeBytes: reading.sizeBytes,
    layout: layoutPrefix(reading) + [...(reading.header?.places.keys() ?? [])].join(','),
    lineCount: reading.lineCount,
    rejectedCount: reading.report.rejectedLineCount,
    duplicateCount: reading.report.duplicateLineCount,
    addedCount: figures.added,
    goneCount: figures.gone,
    isFull,
    warnings,
  });
  await applyStaging(client, loadId, isFull);
  return loadId;
}

/** Whatever came of it is recorded; a database that cannot be written to is told by the first error already. */
async function recordFailure(
  { pool, runId, path, options }: Attempt,
  reading: InventaireReading | undefined,
  error: unknown,
): Promise<void> {
  const isInterrupted = options.signal?.aborted === true;
  const code = error instanceof AppError ? error.code : 'ECHEC_IMPORT';
  const end = isInterrupted
    ? { outcome: 'interrupted' as const, code: 'INTERROMPU', message: interruptedMessage }
    : {
        outcome: error instanceof RefusedError ? ('refused' as const) : ('failed' as const),
        code,
        message: messageOf(error),
      };
  const version = reading && versionOf(path, reading);
  try {
    await insertRejects(pool, runId, toRejectedLines(path, reading?.report.faults ?? []));
    await finishRun(pool, runId, { version, origin: resolve(path), ...end });
  } catch {
    return;
  }
}

const interruptedMessage = 'Import interrompu ; rien n’a été changé.';

function toRejectedLines(path: string, faults: readonly InventaireFault[]): RejectedLine[] {
  return faults.map((fault) => toRejectedLine(fault, basename(path)));
}

function runEnd<Outcome extends RunOutcome>(
  path: string,
  reading: InventaireReading,
  outcome: Outcome,
): RunEnd & { readonly outcome: Outcome } {
  return { outcome, version: versionOf(path, reading), origin: resolve(path) };
}

/** The file name, and which bytes bore it: exports are often written over the same name. */
function versionOf(path: string, reading: InventaireReading): string {
  return `${basename(path, extname(path))}@${shortHash(reading)}`;
}

function shortHash(reading: InventaireReading): string {
  return reading.sha256.slice(0, 16);
}

/** To be raised when a cell is read otherwise than before: the same file is then imported again. */
const readingRevision = 1;

function layoutPrefix({ encoding, delimiter }: InventaireReading): string {
  return `${readingRevision}|${encoding}|${delimiter === '\t' ? 'tab' : delimiter}|`;
}

function unchangedResult(runId: number, loadId: number, balCount: number): ImportResult {
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
  };
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

function summarize(result: ImportResult): string {
  const { balCount, addedCount, goneCount, refreshedCount } = result;
  if (result.outcome === 'unchanged') return `inventaire inchangé, ${balCount} BAL`;
  return `${balCount} BAL ; lignes : ${addedCount} ouvertes, ${goneCount} fermées, ${refreshedCount} actualisées`;
}
