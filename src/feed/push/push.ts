// Sends what was approved: claims operations, keeps a bounded number of them in flight, settles them in batches.
import { setMaxListeners } from 'node:events';
import PQueue from 'p-queue';
import type { FeedClient } from '../feed-client.js';
import { chainsOf } from './chain.js';
import type { Outbox } from './outbox.js';
import { Run, type RunOptions } from './run.js';
import type { PushSummary } from './summary.js';

export type PushOptions = RunOptions & {
  /** Waits for what is to be sent again later, until nothing is left; otherwise one pass over what is due. */
  readonly isPatient: boolean;
  /** A patient run ends after this long all the same. */
  readonly durationMsMax: number;
  /** What is in flight when the end is asked for is given this long, then cut. */
  readonly graceMs: number;
};

/** A pause that even an impatient run waits out. */
const shortPauseMs = 30_000;
/** A patient run looks again at least this often: another process may have approved something, or ended. */
const lookAgainMs = 10_000;
const lookAgainMsMin = 200;

/** Any number of pushers may run on one database. Throws when the database is lost; what was sent is found again. */
export async function push(
  outbox: Outbox,
  client: FeedClient,
  options: PushOptions,
): Promise<PushSummary> {
  const startedAt = options.clock.now();
  const cut = new AbortController();
  listenInNumbers(options, cut.signal);
  const run = new Run(outbox, client, options, cut.signal);
  const endGrace = cutAfterGrace(options, cut);
  const renewal = setInterval(() => void run.renewLeases(), options.settings.bailMs / 3);
  const queue = new PQueue({ concurrency: options.settings.simultanesMax });
  let isPaused = false;
  try {
    isPaused = await pushAll(
      run,
      queue,
      outbox,
      options,
      startedAt.getTime() + options.durationMsMax,
    );
  } catch (error) {
    run.fail(error);
  } finally {
    await queue.onIdle();
    clearInterval(renewal);
    endGrace();
  }
  await run.finish();
  const { tally, channel } = run;
  return {
    accepted: tally.accepted,
    heldCount: tally.heldCount,
    deadCount: tally.deadCount,
    retryCount: tally.retryCount,
    takenOverCount: tally.takenOverCount,
    lostCount: tally.lostCount,
    callCount: tally.callCount,
    durationMs: options.clock.now().getTime() - startedAt.getTime(),
    failures: tally.failures,
    stop: channel.stop,
    pause: isPaused ? channel.pause : undefined,
    isInterrupted: options.signal?.aborted === true,
  };
}

/** True when it ended because of a pause of the channel. */
async function pushAll(
  run: Run,
  queue: PQueue,
  outbox: Outbox,
  options: PushOptions,
  deadline: number,
): Promise<boolean> {
  const isOver = (): boolean => run.isEnding || options.clock.now().getTime() >= deadline;
  while (!isOver()) {
    // Enough for every place to have its next porteur at hand while the claim is made.
    await queue.onSizeLessThan(options.settings.simultanesMax + 1);
    if (run.isEnding) return false;
    if (run.isHampered) {
      // What would be claimed could not leave.
      await options.clock.sleep(lookAgainMsMin, options.signal);
      continue;
    }
    const { changes } = run;
    // Our own pause first: what would be claimed meanwhile could not leave, and would be given back at once, for ever.
    const claim = run.channel.pause
      ? ({ kind: 'paused', ...run.channel.pause } as const)
      : await run.claim();
    if (claim.kind === 'paused') {
      run.channel.adopt(claim);
      await queue.onIdle();
      await run.settler.drain();
      if (!(await waitOutPause(run, options))) return true;
    } else if (claim.operations.length > 0) {
      for (const chain of chainsOf(claim.operations)) void queue.add(() => run.sendChain(chain));
      // The pause that keeps the others away during a probe is not ours to obey.
      if (claim.isProbe) await queue.onIdle();
    } else if (!(await waitForWork(run, queue, changes, outbox, options))) {
      return false;
    }
  }
  return run.channel.pause !== undefined;
}

async function waitOutPause(run: Run, { clock, isPatient, signal }: PushOptions): Promise<boolean> {
  const { pause } = run.channel;
  if (!pause) return true;
  const waitMs = pause.until.getTime() - clock.now().getTime();
  if (!isPatient && waitMs > shortPauseMs) return false;
  await run.releaseUnsent();
  await clock.sleep(Math.min(waitMs, lookAgainMs), signal);
  return true;
}

/** After a claim that found nothing: true when another one may find something. */
async function waitForWork(
  run: Run,
  queue: PQueue,
  changes: number,
  outbox: Outbox,
  { clock, isPatient, signal }: PushOptions,
): Promise<boolean> {
  if (queue.size + queue.pending > 0) {
    // What is in flight may be what the others wait for.
    if (run.changes === changes) await run.nextChange();
    return true;
  }
  await run.settler.drain();
  if (run.changes !== changes) return true;
  if (!isPatient) return false;
  const next = await outbox.findNextDue();
  if (!next) return false;
  const waitMs = next.getTime() - clock.now().getTime();
  await clock.sleep(Math.min(lookAgainMs, Math.max(lookAgainMsMin, waitMs)), signal);
  return true;
}

/** Every request in flight listens to both signals: as many as that are no leak. */
function listenInNumbers({ settings, signal }: PushOptions, cut: AbortSignal): void {
  const countMax = settings.simultanesMax + 16;
  setMaxListeners(countMax, cut, ...(signal ? [signal] : []));
}

/** The second half of an end that was asked for. */
function cutAfterGrace({ signal, graceMs }: PushOptions, cut: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer ??= setTimeout(() => cut.abort(), graceMs);
  };
  if (signal?.aborted) start();
  signal?.addEventListener('abort', start, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', start);
  };
}
