// Whether what the ANS accepted shows: in the extractions first, through the read API for what no extraction holds.
import { adresseDe, porteurDe, type FeedOperation } from '../domain/feed-operation.js';
import type { Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import {
  confirmByExtraction,
  confirmByReading,
  listToRead,
  noteContradiction,
  postponeReading,
  type ToRead,
} from '../store/feed-confirm.js';
import { correctPublication, type Contredite } from '../store/publication-connue.js';
import type { FeedClient, ReadAnswer } from './feed-client.js';
import type { Pace } from './push/pace.js';
import { findBal, judgeOperation } from './push/evidence.js';

export type ConfirmOptions = {
  readonly now: Date;
  /** Undefined: the extractions only. */
  readonly reading: { readonly client: FeedClient; readonly pace: Pace } | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ConfirmSummary = {
  readonly byExtractionCount: number;
  readonly byReadingCount: number;
  /** Read otherwise than asked for, two days running: the next plan asks again. */
  readonly contradictedCount: number;
  /** French: why reading stopped before its end. */
  readonly readingFault: string | undefined;
};

/** Calls of one run: at 17 a second, half a minute. */
const readingsMax = 500;
const readAgainMs = 24 * 3_600_000;

export async function confirm(pool: Pool, options: ConfirmOptions): Promise<ConfirmSummary> {
  const byExtractionCount = await transaction(pool, confirmByExtraction);
  if (!options.reading) {
    return { byExtractionCount, byReadingCount: 0, contradictedCount: 0, readingFault: undefined };
  }
  const { now } = options;
  const toRead = await listToRead(pool, now, readingsMax);
  const { shown, hidden, contradicted, fault } = await readAll(
    toRead,
    options.reading,
    options.signal,
  );
  const byReadingCount = await confirmByReading(pool, shown, now);
  // Once may be the delay of the ANS's own copies.
  const again = new Set(toRead.filter(({ isReadAgain }) => isReadAgain).map(({ id }) => id));
  const settled = contradicted.filter(({ operationId }) => again.has(operationId));
  const ids = contradicted.map(({ operationId }) => operationId);
  await transaction(pool, async (client) => {
    await noteContradiction(client, ids, now);
    await correctPublication(client, settled);
    await postponeReading(client, [...hidden, ...ids], new Date(now.getTime() + readAgainMs));
  });
  return {
    byExtractionCount,
    byReadingCount,
    contradictedCount: settled.length,
    readingFault: fault,
  };
}

type Readings = {
  shown: number[];
  /** No profile shows them. */
  hidden: number[];
  contradicted: Contredite[];
  fault: string | undefined;
};

/** The first answer that is none ends it: nothing hurries. */
async function readAll(
  operations: readonly ToRead[],
  { client, pace }: NonNullable<ConfirmOptions['reading']>,
  signal: AbortSignal | undefined,
): Promise<Readings> {
  const readings: Readings = { shown: [], hidden: [], contradicted: [], fault: undefined };
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
    const contredite = contradictionOf(id, operation, answer);
    if (contredite) readings.contradicted.push(contredite);
    else readings.shown.push(id);
  }
  return readings;
}

function contradictionOf(
  operationId: number,
  operation: FeedOperation,
  answer: Extract<ReadAnswer, { readonly kind: 'found' | 'absent' }>,
): Contredite | undefined {
  const bals = answer.kind === 'found' ? answer.bals : [];
  const evidence = judgeOperation(bals, operation);
  if (evidence.kind === 'as-asked') return undefined;
  const champs = evidence.kind === 'different' ? evidence.champs : [];
  return { operationId, bal: findBal(bals, adresseDe(operation)), champs };
}
