// Downloads a national file to a temporary one, renamed when whole.
import { open, statfs } from 'node:fs/promises';
import type { Progress } from '../progress.js';
import { AppError, UsageError, codeOf } from '../errors.js';
import type { DownloadOptions, DownloadOutcome, DownloadResult } from './download-options.js';
import { fileFault } from './file-faults.js';
import { createHttpClient } from './http-client.js';
import { displayUrl } from '../net/network-faults.js';
import { type RetrySeams, systemRetrySeams } from './retry.js';
import { prepareTempFolder } from './temp-folder.js';
import { type DownloadSeams, fetchFrom } from './transfer.js';

const systemSeams: DownloadSeams = {
  ...systemRetrySeams,
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  // Readable by the account alone: some extractions hold personal data.
  createFile: (path) => open(path, 'wx', 0o600),
} satisfies RetrySeams & DownloadSeams;

/**
 * HEAD, then GET when the version is not the known one. What an interruption leaves is resumed by the next call. Throws
 * AppError: INTERROMPU when `signal` was aborted, else what went wrong at each address and what to do.
 */
export async function downloadSource(
  options: DownloadOptions,
  progress: Progress,
  signal: AbortSignal,
  seams: DownloadSeams = systemSeams,
): Promise<DownloadResult> {
  const stop = limitTime(signal, options.totalTimeoutMs);
  try {
    await prepareTempFolder(options.tempDir, options.staleAfterDays, seams.now());
    return await tryAddresses(options, progress, stop.signal, seams);
  } catch (error) {
    throw finalFault(error, stop, options);
  } finally {
    stop.dispose();
  }
}

type TimeLimit = {
  readonly signal: AbortSignal;
  isInterrupted(): boolean;
  dispose(): void;
};

function limitTime(outer: AbortSignal, totalTimeoutMs: number): TimeLimit {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort();
  const timer = setTimeout(onAbort, totalTimeoutMs);
  if (outer.aborted) onAbort();
  outer.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    isInterrupted: () => outer.aborted,
    dispose: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}

async function tryAddresses(
  options: DownloadOptions,
  progress: Progress,
  signal: AbortSignal,
  seams: DownloadSeams,
): Promise<DownloadResult> {
  const urls = [options.url, ...(options.fallbackUrls ?? [])].map(parseUrl);
  const trustedOrigin = urls[0]?.origin ?? '';
  const client = createHttpClient(options, trustedOrigin);
  const failures: AppError[] = [];
  try {
    for (const url of urls) {
      try {
        const outcome = await fetchFrom(url, { options, client, progress, signal, seams });
        return { ...outcome, warnings: fallbackWarnings(failures, outcome) };
      } catch (error) {
        if (signal.aborted || !isServerFault(error)) throw error;
        failures.push(error);
      }
    }
  } finally {
    await client.close();
  }
  throw allFailed(failures);
}

function parseUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new UsageError(
    'URL_INVALIDE',
    "Le réglage « from » de la source n'est pas une adresse valable.",
  );
}

const localCodes = new Set(['ESPACE_INSUFFISANT', 'DISQUE_PLEIN']);

/** Only what lies with the server makes another address worth trying. */
function isServerFault(error: unknown): error is AppError {
  return error instanceof AppError && !(error instanceof UsageError) && !localCodes.has(error.code);
}

function fallbackWarnings(failures: readonly AppError[], outcome: DownloadOutcome): string[] {
  if (failures.length === 0) return [];
  const origin = outcome.kind === 'downloaded' ? outcome.file.origin : outcome.origin;
  return [...failures.map((failure) => failure.message), `Copie de secours utilisée : ${origin}.`];
}

function allFailed(failures: readonly AppError[]): AppError {
  const [first, second] = failures;
  if (first && !second) return first;
  const texts = failures.map((failure) => `- ${failure.message}`);
  return new AppError(
    'SOURCE_INJOIGNABLE',
    `Aucune des adresses n'a donné le fichier :\n${texts.join('\n')}`,
    { cause: first },
  );
}

function finalFault(error: unknown, stop: TimeLimit, options: DownloadOptions): unknown {
  if (stop.isInterrupted()) {
    return new AppError(
      'INTERROMPU',
      'Téléchargement interrompu. Ce qui est déjà reçu est gardé : le prochain lancement reprendra là.',
      { cause: error },
    );
  }
  if (stop.signal.aborted) {
    const url = displayUrl(parseUrl(options.url));
    return new AppError(
      'DELAI_DEPASSE',
      `${url} : téléchargement arrêté après ${Math.round(options.totalTimeoutMs / 1000)} s (délai total). ` +
        'Ce qui est déjà reçu est gardé : relancez, ou relevez ce délai.',
      { cause: error },
    );
  }
  if (error instanceof AppError || codeOf(error) === undefined) return error;
  return error instanceof Error && 'syscall' in error ? fileFault(error, options.tempDir) : error;
}
