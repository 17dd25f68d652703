// Tells what the reconciliation found.
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
    const chunks = await openReport(client, options);
    await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 2 }), out, {
      end: false,
    });
  });
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
