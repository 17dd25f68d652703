// What PostgreSQL refuses, told to an administrator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { explainFault } from '../../src/commands/known-fault.js';
import { transaction } from '../../src/db/transaction.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.drop());

test('operations that somebody else holds: who may hold them, what was done, what to do', async () => {
  const refused = await transaction(db.pool, async (holder) => {
    await holder.query('lock table feed_operation in exclusive mode');
    const late = 'lock table feed_operation in exclusive mode nowait';
    return transaction(db.pool, (client) => client.query(late)).catch((error: unknown) => error);
  });
  const fault = explainFault(refused);
  assert.equal(fault?.code, 'BASE_OCCUPEE');
  assert.match(
    fault.message,
    /« push », « plan ».*attendez sa fin, puis relancez.*Ce qui était en cours est annulé/su,
  );
});
