import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { testDatabase } from '../support/database.js';
import { dumpSchema } from '../support/schema-dump.js';

const file = join(findMigrationsDirectory(), 'schema.sql');
const header = `-- What the migrations make, for reading and for review. Refreshed by: npm run schema:dump\n\n`;

test('migrations/schema.sql is the schema that the migrations make', async (t) => {
  const { pool, drop } = await testDatabase();
  t.after(drop);
  const client = await pool.connect();
  const schema = header + (await dumpSchema(client).finally(() => client.release()));
  assert.match(schema, /^table schema_migration$/m);
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, schema);
  assert.equal(schema, readFileSync(file, 'utf8'), 'run: npm run schema:dump');
});

test('the dump shows every kind of change', async (t) => {
  const { pool, drop } = await testDatabase();
  const client = await pool.connect();
  t.after(async () => {
    client.release();
    await drop();
  });
  const changes = [
    `create table autre (id integer generated always as identity, nom text collate "C" not null default 'x')`,
    `alter table autre alter column nom drop not null`,
    `alter table autre add constraint positif check (id > 0)`,
    `create index autre_nom on autre (lower(nom)) where id > 3`,
    `create view vue as select nom from autre`,
    `create sequence suite`,
    `create function un() returns integer language sql immutable as 'select 1'`,
    `create type couleur as enum ('rouge', 'vert')`,
    `create domain court as varchar(3)`,
    `create unlogged table brouillon (id integer) with (autovacuum_enabled = false)`,
  ];
  let before = await dumpSchema(client);
  for (const change of changes) {
    await client.query(change);
    const now = await dumpSchema(client);
    assert.notEqual(now, before, change);
    before = now;
  }
});
