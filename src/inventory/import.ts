// `inventory import`: one file, whole, in one transaction; the last good state stays in service otherwise.
import { resolve } from 'node:path';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { AppError, RefusedError, messageOf } from '../errors.js';
import type { Progress } from '../progress.js';
import { countBals } from '../store/bal-operateur.js';
import {
  findLoadInService,
  finishRun,
  insertRejects,
  interruptAbandonedRuns,
  startRun,
} from '../store/source-load.js';
import { annoncerRefus, annoncerType10 } from './annoncer.js';
import {
  runEnd,
  stageAndApply,
  toRejectedLines,
  type Attempt,
  type ImportOptions,
} from './apply.js';
import { openInventaire } from './csv.js';
import { summarize, unchangedResult, type ImportResult } from './import-result.js';
import type { InventaireReading } from './reading.js';
import { isSameFile, versionOf } from './version.js';

export type { ImportOptions } from './apply.js';
export type { ImportResult } from './import-result.js';

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

async function attempt(attempt: Attempt, now: Date): Promise<ImportResult> {
  const { path, options, progress } = attempt;
  const { encoding, delimiter, limits, signal } = options;
  let reading: InventaireReading | undefined;
  try {
    const onProgress = progress.update.bind(progress);
    reading = await openInventaire(path, { now, encoding, delimiter, limits, signal, onProgress });
    const result = await load(attempt, reading, now);
    progress.end(summarize(result));
    return result;
  } catch (error) {
    progress.end();
    await recordFailure(attempt, reading, error, now);
    throw error;
  } finally {
    await reading?.close();
  }
}

async function load(
  attempt: Attempt,
  reading: InventaireReading,
  now: Date,
): Promise<ImportResult> {
  const { pool, runId, path } = attempt;
  const inService = await findLoadInService(pool, 'inventaire');
  if (inService && isSameFile(inService, reading)) {
    const balCount = await countBals(pool);
    const { lineCount, warnings } = inService;
    await finishRun(pool, runId, { ...runEnd(path, reading, 'unchanged'), loadId: inService.id });
    const base = unchangedResult(runId, inService.id, balCount);
    return { ...base, lineCount, warnings };
  }
  return transaction(pool, async (client) => {
    const result = await stageAndApply(client, attempt, reading);
    await annoncerType10(client, result.loadId, result.creationsInterdites, now);
    return result;
  });
}

/** Whatever came of it is recorded; a database that cannot be written to is told by the first error already. */
async function recordFailure(
  { pool, runId, path, options }: Attempt,
  reading: InventaireReading | undefined,
  error: unknown,
  now: Date,
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
    if (end.outcome === 'refused') await annoncerRefus(pool, runId, end, now);
  } catch {
    return;
  }
}

const interruptedMessage = 'Import interrompu ; rien n’a été changé.';
