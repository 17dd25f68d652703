// Tells what the reconciliation found.
import type { Writable } from 'node:stream';
import type { Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { writeCsv } from './csv.js';
import { writeJson } from './json.js';
import { readSummary, type ReportOptions } from './summary.js';
import { writeTable } from './table.js';

export type { ReportFilters, ReportOptions } from './summary.js';

/** At the pace of `out`, which is left open: half a million findings take no more memory than a page of them. */
export async function writeReport(
  pool: Pool,
  options: ReportOptions,
  out: Writable,
): Promise<void> {
  await transaction(pool, async (client) => {
    // One snapshot: the totals and the findings agree, whatever runs meanwhile.
    await client.query('set transaction isolation level repeatable read read only');
    await writeAll(await openReport(client, options), out);
  });
}

/** Waits for each chunk to be taken: that is the pace, and the last one is out when this returns. */
export async function writeAll(chunks: AsyncIterable<string>, out: Writable): Promise<void> {
  // The write's own callback tells the failure; without a listener the stream's event would end the process.
  const ignore = (): void => undefined;
  out.on('error', ignore);
  for await (const chunk of chunks) {
    await new Promise<void>((resolve, reject) => {
      out.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
  out.off('error', ignore);
}

async function openReport(db: Db, options: ReportOptions): Promise<AsyncIterable<string>> {
  switch (options.format) {
    case 'csv':
      return writeCsv(db, options.filters);
    case 'json':
      return writeJson(db, options, await readSummary(db, options));
    case 'table':
      return writeTable(db, options, await readSummary(db, options));
  }
}
