// `inventory import`: one source, whole, in one transaction; the last good state stays in service otherwise.
import { resolve } from 'node:path';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { seuleSource } from '../domain/source-inventaire.js';
import { AppError, RefusedError, messageOf } from '../errors.js';
import type { Progress } from '../progress.js';
import { countBals } from '../store/bal-operateur.js';
import {
  findInventaireLoad,
  finishRun,
  insertRejects,
  interruptAbandonedRuns,
  startRun,
} from '../store/source-load.js';
import {
  runEnd,
  stageAndApply,
  toRejectedLines,
  type Attempt,
  type ImportOptions,
  type LoadOptions,
} from './apply.js';
import { annoncerRefus, annoncerType10 } from './annoncer.js';
import { openInventaire } from './csv.js';
import { summarize, unchangedResult, type ImportResult } from './import-result.js';
import type { Lecture, Ouverture } from './lecture.js';

export type { ImportOptions, LoadOptions } from './apply.js';
export type { ImportResult } from './import-result.js';

/** Puts a CSV file in service as the whole of `options.source`. */
export async function importInventaire(
  pool: Pool,
  path: string,
  options: ImportOptions,
  progress: Progress,
  now: Date,
): Promise<ImportResult> {
  const { encoding, delimiter, limits, signal, source } = options;
  const open: Ouverture['open'] = (onProgress) =>
    openInventaire(path, { now, encoding, delimiter, limits, signal, source, onProgress });
  return loadLignes(pool, { origin: resolve(path), open }, options, progress, now);
}

/**
 * Puts in service what `ouverture` reads, as the whole of `options.source`: the same staging, guards and record of attempts
 * whatever the source is.
 *
 * @throws AppError `INVENTAIRE_OCCUPE` when the same source is being loaded already.
 */
export async function loadLignes(
  pool: Pool,
  ouverture: Ouverture,
  options: LoadOptions,
  progress: Progress,
  now: Date,
): Promise<ImportResult> {
  const source = options.source ?? seuleSource;
  const locked = await withAdvisoryLock(pool, `source:inventaire:${source.nom}`, async () => {
    await interruptAbandonedRuns(pool, 'inventaire', source.nom);
    const runId = await startRun(pool, 'inventaire', source.nom);
    return attempt({ pool, runId, source, ouverture, options, progress, now });
  });
  if (locked.kind === 'busy')
    throw new AppError(
      'INVENTAIRE_OCCUPE',
      `Un autre import de la source d’inventaire « ${source.nom} » est en cours sur cette base : ` +
        'attendez qu’il finisse, puis relancez.',
    );
  return locked.value;
}

async function attempt(attempt: Attempt): Promise<ImportResult> {
  const { ouverture, progress } = attempt;
  let lecture: Lecture | undefined;
  try {
    lecture = await ouverture.open(progress.update.bind(progress));
    const result = await load(attempt, lecture);
    progress.end(summarize(result));
    return result;
  } catch (error) {
    progress.end();
    await recordFailure(attempt, lecture, error);
    throw error;
  } finally {
    await lecture?.close();
  }
}

async function load(attempt: Attempt, lecture: Lecture): Promise<ImportResult> {
  const { pool, runId, source } = attempt;
  const inService = await findInventaireLoad(pool, source.nom);
  if (inService && lecture.isSameAs(inService)) {
    const balCount = await countBals(pool, source.nom);
    const { lineCount, warnings } = inService;
    await finishRun(pool, runId, { ...runEnd(lecture, 'unchanged'), loadId: inService.id });
    const base = unchangedResult(source.nom, runId, inService.id, balCount);
    return { ...base, lineCount, warnings };
  }
  return transaction(pool, async (client) => {
    const result = await stageAndApply(client, attempt, lecture);
    await annoncerType10(client, result.loadId, result.creationsInterdites, attempt.now);
    return result;
  });
}

/** Whatever came of it is recorded; a database that cannot be written to is told by the first error already. */
async function recordFailure(
  { pool, runId, source, ouverture, options, now }: Attempt,
  lecture: Lecture | undefined,
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
  try {
    await insertRejects(pool, runId, lecture ? toRejectedLines(lecture) : []);
    await finishRun(pool, runId, { version: lecture?.version, origin: ouverture.origin, ...end });
    const { message } = end;
    if (end.outcome === 'refused')
      await annoncerRefus(pool, { source: source.nom, runId, code: end.code, message }, now);
  } catch {
    return;
  }
}

const interruptedMessage = 'Import interrompu ; rien n’a été changé.';
