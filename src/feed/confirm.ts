// Whether what the ANS accepted shows: in the extractions first, through the read API for what no extraction holds.
import { adresseDe, porteurDe } from '../domain/feed-operation.js';
import type { Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import {
  confirmByExtraction,
  confirmByReading,
  listToRead,
  postponeReading,
  type ToRead,
} from '../store/feed-confirm.js';
import type { FeedClient } from './feed-client.js';
import type { Pace } from './push/pace.js';
import { judgeOperation } from './push/evidence.js';

export type ConfirmOptions = {
  readonly now: Date;
  /** Undefined: the extractions only. */
  readonly reading: { readonly client: FeedClient; readonly pace: Pace } | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ConfirmSummary = {
  readonly byExtractionCount: number;
  readonly byReadingCount: number;
  /** Read in vain; tried again another day. */
  readonly notShownCount: number;
  /** French: why reading stopped before its end. */
  readonly readingFault: string | undefined;
};

/** Calls of one run: at 17 a second, half a minute. */
const readingsMax = 500;
const readAgainMs = 24 * 3_600_000;

export async function confirm(pool: Pool, options: ConfirmOptions): Promise<ConfirmSummary> {
  const byExtractionCount = await transaction(pool, confirmByExtraction);
  if (!options.reading) {
    return { byExtractionCount, byReadingCount: 0, notShownCount: 0, readingFault: undefined };
  }
  const { shown, hidden, fault } = await readAll(
    await listToRead(pool, options.now, readingsMax),
    options.reading,
    options.signal,
  );
  const byReadingCount = await confirmByReading(pool, shown, options.now);
  await postponeReading(pool, hidden, new Date(options.now.getTime() + readAgainMs));
  return { byExtractionCount, byReadingCount, notShownCount: hidden.length, readingFault: fault };
}

type Readings = { shown: number[]; hidden: number[]; fault: string | undefined };

/** The first answer that is none ends it: nothing hurries. */
async function readAll(
  operations: readonly ToRead[],
  { client, pace }: NonNullable<ConfirmOptions['reading']>,
  signal: AbortSignal | undefined,
): Promise<Readings> {
  const readings: Readings = { shown: [], hidden: [], fault: undefined };
  for (const { id, operation } of operations) {
    if (signal?.aborted) break;
    if (operation.kind !== 'delete' && !client.canShow(operation.bal)) {
      readings.hidden.push(id);
      continue;
    }
    await pace.take(signal);
    const answer = await client.read(adresseDe(operation), porteurDe(operation), signal);
    if (answer.kind === 'rejected' || answer.kind === 'unavailable') {
      readings.fault = answer.message;
      break;
    }
    const bals = answer.kind === 'found' ? answer.bals : [];
    const isShown = judgeOperation(bals, operation).kind === 'as-asked';
    (isShown ? readings.shown : readings.hidden).push(id);
  }
  return readings;
}
