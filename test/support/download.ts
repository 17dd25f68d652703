// What the tests of downloads share: short limits, no real wait, a fault as a value.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { AppError } from '../../src/errors.js';
import type { DownloadOptions, DownloadResult } from '../../src/extractions/download-options.js';
import { downloadSource } from '../../src/extractions/download.js';
import type { DownloadSeams } from '../../src/extractions/transfer.js';
import { silentProgress } from '../../src/progress.js';

export function optionsFor(
  url: string,
  tempDir: string,
  more: Partial<DownloadOptions> = {},
): DownloadOptions {
  return {
    url,
    tempDir,
    connectTimeoutMs: 5_000,
    headersTimeoutMs: 5_000,
    bodyTimeoutMs: 5_000,
    totalTimeoutMs: 60_000,
    maxBytes: 50_000_000,
    retries: { max: 3, baseDelayMs: 1_000, maxDelayMs: 8_000, retryAfterMaxMs: 600_000 },
    redirectsMax: 3,
    diskMarginBytes: 1_000_000,
    staleAfterDays: 7,
    ...more,
  };
}

export type RecordedSeams = DownloadSeams & { readonly waits: number[] };

/** Waits are noted, not waited; chance always draws the longest. */
export function recordedSeams(more: Partial<DownloadSeams> = {}): RecordedSeams {
  const waits: number[] = [];
  return {
    waits,
    sleep: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    now: () => new Date('2026-08-26T10:00:00Z'),
    random: () => 1,
    freeBytes: () => Promise.resolve(1e12),
    createFile: (path) => open(path, 'wx', 0o600),
    ...more,
  };
}

export function download(
  options: DownloadOptions,
  seams: DownloadSeams = recordedSeams(),
  received: (done: number) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<DownloadResult> {
  return downloadSource(options, { ...silentProgress, update: received }, signal, seams);
}

export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    (value) => assert.fail(`rendu : ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  assert.doesNotMatch(error.message, /Détail interne/);
  return error;
}

export function fileOf(result: DownloadResult) {
  assert.equal(result.kind, 'downloaded');
  return result.file;
}

/** A text like an extraction, never twice the same. */
export function someText(bytes: number): Buffer {
  return Buffer.from(
    randomBytes(Math.ceil(bytes / 2))
      .toString('hex')
      .slice(0, bytes),
  );
}
