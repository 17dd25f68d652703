// The stage « extract »: obtains the newest version of a source and puts it in service. Every attempt leaves its trace.
import { rm } from 'node:fs/promises';
import { withAdvisoryLock } from '../db/advisory-lock.js';
import type { Client, Pool } from '../db/pool.js';
import type { SourceName } from '../domain/source.js';
import { AppError, messageOf, RefusedError } from '../errors.js';
import type { Progress } from '../progress.js';
import {
  interruptAbandonedRuns,
  findLoadInService,
  finishRun,
  insertRejects,
  startRun,
  type RunEnd,
  type SourceLoad,
} from '../store/source-load.js';
import {
  GuardRefusal,
  loadFile,
  type Loaded,
  type LoadRequest,
  type LoadSettings,
} from './load.js';
import { obtainFile, type ObtainSettings } from './obtain.js';

export type ExtractSettings = {
  readonly obtain: ObtainSettings;
  readonly load: LoadSettings;
};

export type ExtractRequest = {
  readonly source: SourceName;
  readonly isAccepted: boolean;
  /** Who asks, for the record of an overruled guard. */
  readonly author: string;
  readonly now: Date;
};

export type ExtractOutcome =
  | { readonly kind: 'loaded'; readonly load: SourceLoad }
  | { readonly kind: 'unchanged'; readonly version: string }
  | { readonly kind: 'nothing-new' };

/**
 * @throws AppError `SOURCE_OCCUPEE` when another program is at the same source; otherwise what obtainFile and loadFile
 * throw, once recorded. The last good version stays in service in every case.
 */
export async function extractSource(
  pool: Pool,
  request: ExtractRequest,
  settings: ExtractSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExtractOutcome> {
  const { source } = request;
  const locked = await withAdvisoryLock(pool, `source:${source}`, () =>
    recordedRun(pool, request, settings, progress, signal),
  );
  if (locked.kind === 'done') return locked.value;
  throw new AppError(
    'SOURCE_OCCUPEE',
    `La source ${source} est déjà en cours d'extraction par un autre programme sur la même base. ` +
      `Attendez qu'il ait fini : « annuaire-sync status » le montre.`,
  );
}

async function recordedRun(
  pool: Pool,
  request: ExtractRequest,
  settings: ExtractSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExtractOutcome> {
  // We hold the lock: a run still marked as running was killed.
  await interruptAbandonedRuns(pool, request.source);
  const runId = await startRun(pool, request.source);
  try {
    return await run(pool, runId, request, settings, progress, signal);
  } catch (error) {
    await recordFailure(pool, runId, error, signal);
    throw error;
  }
}

async function run(
  pool: Pool,
  runId: number,
  request: ExtractRequest,
  settings: ExtractSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExtractOutcome> {
  const { source } = request;
  const inService = await findLoadInService(pool, source);
  const obtained = await obtainFile(source, inService?.version, settings.obtain, progress, signal);
  switch (obtained.kind) {
    case 'nothing-new':
      await finishRun(pool, runId, { outcome: 'nothing-new' });
      return { kind: 'nothing-new' };
    case 'unchanged': {
      const { version } = obtained;
      await finishRun(pool, runId, { outcome: 'unchanged', version });
      return { kind: 'unchanged', version };
    }
    case 'file':
      return load(pool, runId, { ...request, ...obtained }, settings.load, progress, signal);
    default:
      return obtained satisfies never;
  }
}

async function load(
  pool: Pool,
  runId: number,
  request: Omit<LoadRequest, 'record'> & Pick<ExtractRequest, 'author'>,
  settings: LoadSettings,
  progress: Progress,
  signal: AbortSignal,
): Promise<ExtractOutcome> {
  const { file, author } = request;
  // In the same transaction as the load: a run is never open over a load that is in service.
  const record = async (client: Client, { load, rejects, overruled }: Loaded): Promise<void> => {
    await insertRejects(client, runId, rejects);
    await finishRun(client, runId, {
      outcome: 'loaded',
      version: file.version,
      origin: file.origin,
      loadId: load.id,
      acceptedGuards: overruled.map((broken) => `${broken.code} (${author})`),
    });
  };
  try {
    const loaded = await loadFile(pool, { ...request, record }, settings, progress, signal);
    return { kind: 'loaded', load: loaded.load };
  } finally {
    // Refused or not: the next attempt downloads again, and refusals must not fill the disk.
    if (file.isTemporary) await rm(file.path, { force: true });
  }
}

/** The database may be what failed: the first error is the one to tell, whatever becomes of its record. */
async function recordFailure(
  pool: Pool,
  runId: number,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const end: RunEnd = {
    outcome: signal.aborted ? 'interrupted' : error instanceof RefusedError ? 'refused' : 'failed',
    code: error instanceof AppError ? error.code : undefined,
    message: messageOf(error),
  };
  try {
    await finishRun(pool, runId, end);
    if (error instanceof GuardRefusal) await insertRejects(pool, runId, error.rejects);
  } catch {
    // Left as « running »: the next attempt marks it interrupted.
  }
}
