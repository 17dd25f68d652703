import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import pg from 'pg';
import { limitSilence, limitStatement } from '../../src/db/silence.js';
import { transaction } from '../../src/db/transaction.js';
import { isTransientFault } from '../../src/db/transient-fault.js';
import { ouvrirCoupure, type Coupure } from '../support/coupure.js';
import { testDatabase } from '../support/database.js';

/** Behind a relay that can freeze, with limits of a moment. */
async function open(t: TestContext): Promise<{ pool: pg.Pool; coupure: Coupure }> {
  const database = await testDatabase();
  t.after(database.drop);
  const url = new URL(database.url);
  const coupure = await ouvrirCoupure(Number(url.port));
  url.port = String(coupure.port);
  const pool = new pg.Pool({ connectionString: url.href, max: 1 });
  pool.on('error', () => undefined);
  limitSilence(pool, 100, 100);
  t.after(() => pool.end());
  return { pool, coupure };
}

test('a statement that is never answered ends as a lost connection, and the next one has another', async (t) => {
  const { pool, coupure } = await open(t);
  await pool.query('select 1');
  coupure.couper();
  await assert.rejects(pool.query('select 2'), isTransientFault);
  coupure.retablir();
  assert.equal((await pool.query('select 3 as n')).rowCount, 1);
});

test('a connection that waits for nothing is kept however long it is silent', async (t) => {
  const { pool } = await open(t);
  const client = await pool.connect();
  const { connection } = client as unknown as pg.Client;
  await once(connection.stream, 'timeout');
  assert.equal((await client.query('select 1')).rowCount, 1);
  client.release();
});

test('a statement that was given more time is waited for, and the next transaction is not', async (t) => {
  const { pool, coupure } = await open(t);
  await transaction(pool, async (client) => {
    await limitStatement(client, 0);
    assert.equal((await client.query('select pg_sleep(0.4)')).rowCount, 1);
  });
  coupure.couper();
  await assert.rejects(pool.query('select 2'), isTransientFault);
});
