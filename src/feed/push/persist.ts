// What must be written is tried again while the database is away, for less than a lease: after that, the rows are not
// ours any more and whoever takes them over reads before repeating.
import { isTransientFault } from '../../db/transient-fault.js';
import type { Clock } from './clock.js';

export type Persist = {
  readonly clock: Clock;
  /** How long to insist. */
  readonly patienceMs: number;
  /** Told at the first failure, and when it works again. */
  readonly onFault: (error: unknown) => void;
  readonly onRecovered: () => void;
};

const firstWaitMs = 250;
const waitMsMax = 5_000;

export async function persist<T>(
  { clock, patienceMs, onFault, onRecovered }: Persist,
  work: (isRepeated: boolean) => Promise<T>,
): Promise<T> {
  const deadline = clock.now().getTime() + patienceMs;
  for (let waitMs = firstWaitMs, isRepeated = false; ; waitMs = Math.min(waitMsMax, waitMs * 2)) {
    try {
      const result = await work(isRepeated);
      if (isRepeated) onRecovered();
      return result;
    } catch (error) {
      if (!isTransientFault(error) || clock.now().getTime() + waitMs >= deadline) throw error;
      if (!isRepeated) onFault(error);
      isRepeated = true;
      await clock.sleep(waitMs);
    }
  }
}
