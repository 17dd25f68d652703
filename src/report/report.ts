// Tells what the reconciliation found.
import type { Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { writeCsv } from './csv.js';
import { writeJson } from './json.js';
import { readSummary, type ReportOptions } from './summary.js';
import { writeTable } from './table.js';

export type { ReportFilters, ReportOptions } from './summary.js';

/** At the pace of `write`, which resolves when a chunk is taken: half a million findings take no more memory than a page of them. */
export async function writeReport(
  pool: Pool,
  options: ReportOptions,
  write: (chunk: string) => Promise<void>,
): Promise<void> {
  await transaction(pool, async (client) => {
    // One snapshot: the totals and the findings agree, whatever runs meanwhile.
    await client.query('set transaction isolation level repeatable read read only');
    for await (const chunk of await openReport(client, options)) await write(chunk);
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
