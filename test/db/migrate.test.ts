import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.js';

test('a test database is migrated', async () => {
  const { pool, drop } = await testDatabase();
  try {
    const { rows } = await pool.query(`select number, name from schema_migration`);
    assert.deepEqual(rows[0], { number: 1, name: '0001_socle.sql' });
  } finally {
    await drop();
  }
});
