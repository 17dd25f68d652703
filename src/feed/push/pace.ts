// The pace of the calls, reads included. The quota is the application's: all pushers draw from one row of the database.
import type { Clock } from './clock.js';

export type Pace = { take(signal?: AbortSignal): Promise<void> };

export const unlimitedPace: Pace = { take: () => Promise.resolve() };

type Reserve = (count: number, intervalMs: number) => Promise<number>;

/**
 * Calls that ask at the same moment are reserved in one statement, evenly spaced: no second ever sees more than
 * `callsPerSecond`, however many pushers there are. 0: no limit.
 */
export function createPace(callsPerSecond: number, reserve: Reserve, clock: Clock): Pace {
  if (callsPerSecond <= 0) return unlimitedPace;
  const intervalMs = 1_000 / callsPerSecond;
  let waiting: ((waitMs: Promise<number>) => void)[] = [];
  const reserveForAll = (): void => {
    const asking = waiting;
    waiting = [];
    const first = reserve(asking.length, intervalMs);
    asking.forEach((grant, index) => grant(first.then((firstMs) => firstMs + index * intervalMs)));
  };
  return {
    take: async (signal) => {
      const waitMs = await new Promise<number>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) setImmediate(reserveForAll);
      });
      await clock.sleep(waitMs, signal);
    },
  };
}
