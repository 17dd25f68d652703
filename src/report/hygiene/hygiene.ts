// The figures that the ANS watches, day by day.
import type { Db, Pool } from '../../db/pool.js';
import { transaction } from '../../db/transaction.js';
import { writeHygieneCsv } from './csv.js';
import { writeHygieneJson } from './json.js';
import { readHygiene, type HygieneOptions } from './modele.js';
import { hygienePage } from './page.js';
import { hygieneLines } from './table.js';
import { lines } from '../layout.js';

export type { HygieneOptions } from './modele.js';

export async function writeHygiene(
  pool: Pool,
  options: HygieneOptions,
  write: (chunk: string) => Promise<void>,
): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read read only');
    for await (const chunk of openHygiene(client, options)) await write(chunk);
  });
}

async function* openHygiene(
  db: Db,
  options: HygieneOptions,
): AsyncGenerator<string, void, undefined> {
  switch (options.format) {
    case 'csv':
      yield* writeHygieneCsv(db, options);
      return;
    case 'json':
      yield writeHygieneJson(options, await readHygiene(db, options));
      return;
    case 'html':
      yield hygienePage(options, await readHygiene(db, options));
      return;
    case 'table':
      yield lines(hygieneLines(options, await readHygiene(db, options)));
  }
}
