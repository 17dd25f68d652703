import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { withAdvisoryLock } from '../../src/db/advisory-lock.js';
import { transaction } from '../../src/db/transaction.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await database.pool.query('create table note (text text)');
});
after(() => database.drop());

async function notes(): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>('select text from note order by 1');
  return rows.map((row) => row.text);
}

test('a transaction commits what its work wrote, and returns its value', async () => {
  const result = await transaction(database.pool, async (client) => {
    await client.query(`insert into note values ('kept')`);
    return 42;
  });
  assert.equal(result, 42);
  assert.deepEqual(await notes(), ['kept']);
});

test('a transaction whose work throws writes nothing, and gives its connection back', async () => {
  for (let turn = 0; turn < 20; turn += 1) {
    const work = transaction(database.pool, async (client) => {
      await client.query(`insert into note values ('lost')`);
      throw new Error('no');
    });
    await assert.rejects(work, { message: 'no' });
  }
  assert.deepEqual(await notes(), ['kept']);
});

test('a transaction whose connection is cut tells why, and the pool goes on', async () => {
  const work = transaction(database.pool, async (client) => {
    client.on('error', () => undefined);
    await client.query(`insert into note values ('cut')`);
    await client.query('select pg_terminate_backend(pg_backend_pid())');
  });
  await assert.rejects(work, { code: '57P01' });
  assert.deepEqual(await notes(), ['kept']);
});

test('an advisory lock keeps others out while its work lasts, then lets them in', async () => {
  const result = await withAdvisoryLock(database.pool, 'extract', async () => {
    const same = await withAdvisoryLock(database.pool, 'extract', () => Promise.resolve(1));
    const other = await withAdvisoryLock(database.pool, 'push', () => Promise.resolve(2));
    return { same, other };
  });
  assert.deepEqual(result, {
    kind: 'done',
    value: { same: { kind: 'busy' }, other: { kind: 'done', value: 2 } },
  });
  const later = await withAdvisoryLock(database.pool, 'extract', () => Promise.resolve(3));
  assert.deepEqual(later, { kind: 'done', value: 3 });
});

test('an advisory lock is released when its work throws', async () => {
  const failing = withAdvisoryLock(database.pool, 'extract', () => Promise.reject(new Error('no')));
  await assert.rejects(failing, { message: 'no' });
  const later = await withAdvisoryLock(database.pool, 'extract', () => Promise.resolve(1));
  assert.deepEqual(later, { kind: 'done', value: 1 });
});

test('an advisory lock whose connection is cut is free for others, and does not end the program', async () => {
  const work = withAdvisoryLock(database.pool, 'extract', async () => {
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    return 1;
  });
  assert.deepEqual(await work, { kind: 'done', value: 1 });
  const later = await withAdvisoryLock(database.pool, 'extract', () => Promise.resolve(2));
  assert.deepEqual(later, { kind: 'done', value: 2 });
});
