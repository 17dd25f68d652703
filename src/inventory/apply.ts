// One transaction: the file staged, judged, compared with what is in service, put in its place.
import { basename, resolve } from 'node:path';
import type { Client, Pool } from '../db/pool.js';
import type { RejectedLine } from '../domain/source.js';
import { RefusedError } from '../errors.js';
import type { Progress } from '../progress.js';
import {
  applyStaging,
  beginStaging,
  compareStaging,
  keepInService,
  listCreationsInterdites,
  listFilledColumns,
  stageBals,
  type CreationsInterdites,
  type StagingFigures,
} from '../store/bal-operateur.js';
import {
  findLoadInService,
  finishRun,
  insertLoad,
  insertRejects,
  type RunEnd,
  type RunOutcome,
  type SourceLoad,
} from '../store/source-load.js';
import { toRejectedLine, type InventaireFault } from './faults.js';
import {
  checkGuards,
  defaultInventaireGuards,
  type GuardFinding,
  type InventaireGuards,
} from './guards.js';
import { InvalidInventaireError, unchangedResult, type ImportResult } from './import-result.js';
import type { InventaireReadOptions, InventaireReading } from './reading.js';
import { columnsOfLayout, layoutOf, versionOf } from './version.js';

export type ImportOptions = Pick<InventaireReadOptions, 'encoding' | 'delimiter' | 'limits'> & {
  /** Import the right lines; a BAL with a wrong one keeps what it has in service (docs of `keepInService`). */
  readonly skipInvalid?: boolean | undefined;
  readonly guards?: Partial<InventaireGuards> | undefined;
  /** Who overrules the guards, if anybody does. */
  readonly acceptedBy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type Attempt = {
  readonly pool: Pool;
  readonly runId: number;
  readonly path: string;
  readonly options: ImportOptions;
  readonly progress: Progress;
};

export async function stageAndApply(
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
  const lostColumns = await listLostColumns(client, reading, inService);
  const overruled = passGuards(attempt, reading, figures, lostColumns);
  const acceptedGuards = overruled.map(({ code }) => code);
  warnings.push(...overruled.map(({ message }) => message));
  const creationsInterdites = inService ? await listCreationsInterdites(client) : noCreation;
  warnings.push(...describeCreations(creationsInterdites));
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
    creationsInterdites,
  };
}

const noCreation: CreationsInterdites = { nombre: 0, adresses: [] };

/** The mail platform did not ask, or did not listen. */
function describeCreations({ nombre, adresses }: CreationsInterdites): string[] {
  if (nombre === 0) return [];
  const reste = nombre > adresses.length ? ` et ${nombre - adresses.length} autres` : '';
  return [
    `Création interdite détectée (EX_GBM_4312) : ${nombre} BAL PER sans professionnel identifié (type 10) ` +
      `absentes de l’import précédent : ${adresses.join(', ')}${reste}.`,
  ];
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

/** Columns of the file in service that hold something there and are not in this file. */
async function listLostColumns(
  client: Client,
  reading: InventaireReading,
  inService: SourceLoad | undefined,
): Promise<readonly string[]> {
  const missing: readonly string[] = reading.header?.missingOptional ?? [];
  const lost = columnsOfLayout(inService?.layout ?? '').filter((name) => missing.includes(name));
  if (lost.length === 0) return [];
  const filled = await listFilledColumns(client);
  return lost.filter((name) => filled.includes(name));
}

/** Throws when a guard refuses and nobody answers for it; returns the overruled ones. */
function passGuards(
  { options }: Attempt,
  reading: InventaireReading,
  figures: StagingFigures,
  lostColumns: readonly string[],
): GuardFinding[] {
  const facts = {
    lineCount: reading.lineCount,
    rejectedLineCount: reading.report.rejectedLineCount,
    figures,
    lostColumns,
  };
  const findings = checkGuards(facts, { ...defaultInventaireGuards, ...options.guards });
  const [first] = findings;
  if (first === undefined) return [];
  const sentence = findings.map(({ message }) => message).join(' ; ');
  // Nobody hosts nothing: an empty export is a broken one, and would make every BAL an orphan.
  const isEmpty = findings.some(({ code }) => code === 'INVENTAIRE_VIDE');
  if (options.acceptedBy === undefined || isEmpty) {
    const advice = isEmpty
      ? 'Vérifiez l’export : un inventaire vide ne peut pas être mis en service.'
      : 'Vérifiez que l’export est complet ; s’il est juste, relancez avec --accept.';
    throw new RefusedError(
      first.code,
      `Inventaire refusé, rien n’a été changé : ${sentence}. ${advice}`,
    );
  }
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
    layout: layoutOf(reading),
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

export function toRejectedLines(path: string, faults: readonly InventaireFault[]): RejectedLine[] {
  return faults.map((fault) => toRejectedLine(fault, basename(path)));
}

export function runEnd<Outcome extends RunOutcome>(
  path: string,
  reading: InventaireReading,
  outcome: Outcome,
): RunEnd & { readonly outcome: Outcome } {
  return { outcome, version: versionOf(path, reading), origin: resolve(path) };
}
