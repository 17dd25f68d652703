import { setTimeout as sleepFor } from 'node:timers/promises';
import type { RetryPolicy } from './download-options.js';
import { TransientFault } from '../net/network-faults.js';

/** Time and chance, given so that tests wait for nothing. */
export type RetrySeams = {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): Date;
  /** In [0, 1). */
  random(): number;
};

export const systemRetrySeams: RetrySeams = {
  sleep: async (ms, signal) => {
    await sleepFor(ms, undefined, { signal });
  },
  now: () => new Date(),
  random: Math.random,
};

/** Tries again after a TransientFault, up to the policy's limit; `onWait` tells of each wait. */
export async function withRetries<T>(
  policy: RetryPolicy,
  seams: RetrySeams,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  onWait: (fault: TransientFault, waitMs: number) => void,
): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !(error instanceof TransientFault)) throw error;
      const waitMs = waitBeforeRetry(policy, seams, failed, error);
      if (waitMs === undefined) throw exhausted(error, failed);
      onWait(error, waitMs);
      await seams.sleep(waitMs, signal);
    }
  }
}

/** Exponential, full jitter, capped; never sooner than the server asked, never when it asks too much. */
function waitBeforeRetry(
  policy: RetryPolicy,
  seams: RetrySeams,
  failed: number,
  fault: TransientFault,
): number | undefined {
  if (failed > policy.max) return undefined;
  const asked = fault.retryAfterMs ?? 0;
  if (asked > policy.retryAfterMaxMs) return undefined;
  const cap = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (failed - 1));
  return Math.max(asked, Math.round(seams.random() * cap));
}

function exhausted(fault: TransientFault, attempts: number): TransientFault {
  const asked = fault.retryAfterMs;
  const advice =
    asked === undefined
      ? ''
      : ` Le serveur demande d'attendre ${Math.ceil(asked / 60_000)} min avant de revenir.`;
  const times = attempts === 1 ? '1 tentative' : `${attempts} tentatives`;
  return new TransientFault(
    fault.code,
    `${fault.message} Abandon après ${times}.${advice} Relancez plus tard.`,
    { cause: fault.cause },
  );
}
