import { setTimeout as delay } from 'node:timers/promises';

/** Time as the pusher knows it. */
export type Clock = {
  now(): Date;
  /** Ends early, without a fault, when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

// setTimeout fires at once above 2^31 ms.
const sleepMsMax = 24 * 3_600_000;

/**
 * `offsetMs`: how far the database is ahead of this machine; leases are told in its time. From here on time passes evenly: a
 * machine whose clock is set right on the way would take over the operations of pushers that are alive.
 */
export function systemClock(offsetMs = 0): Clock {
  const startedAt = Date.now() + offsetMs - performance.now();
  return {
    now: () => new Date(startedAt + performance.now()),
    sleep: (ms, signal) =>
      delay(Math.min(sleepMsMax, Math.max(0, ms)), undefined, signal ? { signal } : {}).catch(
        () => undefined,
      ),
  };
}
