import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { copyRows } from '../../src/db/copy.js';
import type { CopyRow } from '../../src/db/copy.js';
import type { Client } from '../../src/db/pool.js';
import { transaction } from '../../src/db/transaction.js';
import { testDatabase } from '../support/database.js';

const database = await testDatabase();
const { pool } = database;

const copySql = 'copy cell (a, b) from stdin';

async function withTable<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return transaction(pool, async (client) => {
    await client.query(
      'create temporary table cell (rank serial, a text, b integer) on commit drop',
    );
    return work(client);
  });
}

describe('rows sent through COPY', () => {
  after(() => database.drop());

  it('come out as they went in, whatever characters they hold', async () => {
    const texts = [
      '',
      'a',
      '\\',
      '\\N',
      '\\.',
      '\t',
      '\n',
      '\r\n',
      '\b\f\v',
      '"',
      "'",
      'é',
      '👩‍⚕️',
      '\\t\t\\n',
    ];
    const rows = await withTable(async (client) => {
      const count = await copyRows(
        client,
        copySql,
        texts.map((text, index) => [text, index % 2 === 0 ? String(index) : null]),
      );
      assert.equal(count, texts.length);
      return (
        await client.query<{ a: string; b: number | null }>('select a, b from cell order by rank')
      ).rows;
    });
    assert.deepEqual(
      rows,
      texts.map((a, index) => ({ a, b: index % 2 === 0 ? index : null })),
    );
  });

  it('may be none', async () => {
    assert.equal(await withTable((client) => copyRows(client, copySql, [])), 0);
  });

  it('may be more than fit in the buffers', async () => {
    const many = 20_000;
    const text = 'x'.repeat(500);
    const count = await withTable((client) => copyRows(client, copySql, repeat([text, '1'], many)));
    assert.equal(count, many);
  });

  it('fail as the server says, and the connection is good again after the rollback', async () => {
    await assert.rejects(
      withTable((client) => copyRows(client, copySql, repeat(['x'.repeat(500), 'abc'], 20_000))),
      /invalid input syntax for type integer: "abc"/,
    );
    assert.equal((await pool.query('select 1')).rowCount, 1);
  });

  it('fail with the error of their source, nothing being kept', async () => {
    await pool.query('create table kept (a text, b integer)');
    for (const before of [0, 1, 20_000]) {
      await assert.rejects(
        transaction(pool, (client) =>
          copyRows(
            client,
            'copy kept (a, b) from stdin',
            failAfter(['x'.repeat(500), '1'], before),
          ),
        ),
        /the source broke/,
      );
    }
    const { rows: counts } = await pool.query<{ count: number }>(
      'select count(*)::integer from kept',
    );
    assert.deepEqual(counts, [{ count: 0 }]);
  });
});

function* repeat(row: CopyRow, times: number): Generator<CopyRow> {
  for (let index = 0; index < times; index++) yield row;
}

function* failAfter(row: CopyRow, times: number): Generator<CopyRow> {
  yield* repeat(row, times);
  throw new Error('the source broke');
}
