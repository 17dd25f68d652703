import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { recordPublication } from '../../src/store/publication-connue.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { emptyTables } from '../support/empty-tables.js';

const a = 'a@chu.mssante.fr';

describe('recording what the ANS accepted', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
    await db.pool.query(
      `insert into reconcile_run (judged_at, mode, loads, settings_fingerprint) values (now(), 'full', '{}', '')`,
    );
    await db.pool.query(
      `insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint,
         etat, insert_count, replace_count, delete_count, retenue_count)
       values (now(), 1, '{}', '', '', 'ouvert', 0, 0, 0, 0)`,
    );
  });
  after(() => db.drop());
  beforeEach(() => emptyTables(db.pool, ['feed_operation', 'publication_connue']));

  const insert = async (
    kind: string,
    { type = 'APP', state = 'accepted', description = 'Labo' } = {},
  ): Promise<string> => {
    const { rows } = await db.pool.query<{ id: string }>(
      `insert into feed_operation (plan_id, last_plan_id, kind, state, adresse, domaine, type_bal,
         porteur_kind, structure_id, description, motif, exigence, created_at, accepted_at)
       values (1, 1, $1::text, $2::text, $3::text, 'chu.mssante.fr', $4::text, 'structure', '1750000011',
         $5::text, 'INVENTAIRE_MODIFIE', '', now(), '2026-10-09T10:00:00Z') returning id`,
      [kind, state, a, type, description],
    );
    return rows[0]?.id ?? '';
  };
  const connues = async (): Promise<unknown[]> => {
    const { rows } = await db.pool.query<{ ligne: string }>(
      `select concat_ws(' ', adresse, porteur_cle, type_bal, description, origine, operation_id, since at time zone 'UTC') as ligne from publication_connue`,
    );
    return rows.map(({ ligne }) => ligne);
  };

  test('keeps an insertion, its replacement, and forgets what is deleted', async () => {
    const first = await insert('insert');
    await recordPublication(db.pool, [first]);
    assert.deepEqual(await connues(), [
      `${a} structure:1750000011 APP Labo operation ${first} 2026-10-09 10:00:00`,
    ]);
    const second = await insert('replace', { description: 'Pharmacie' });
    await recordPublication(db.pool, [second]);
    await recordPublication(db.pool, [second]);
    assert.deepEqual(await connues(), [
      `${a} structure:1750000011 APP Pharmacie operation ${second} 2026-10-09 10:00:00`,
    ]);
    await recordPublication(db.pool, [await insert('delete')]);
    assert.deepEqual(await connues(), []);
  });

  test('of a change of type, made by two operations of one request, the last one tells', async () => {
    const before = await insert('insert', { type: 'ORG' });
    await recordPublication(db.pool, [before]);
    const ids = [await insert('delete', { type: 'ORG' }), await insert('insert')];
    await recordPublication(db.pool, ids);
    assert.match(String((await connues())[0]), / APP Labo operation /u);
  });

  test('the delete of a change of type leaves first, whatever the numbers', async () => {
    const ids = [await insert('insert'), await insert('delete', { type: 'ORG' })];
    await recordPublication(db.pool, ids);
    assert.match(String((await connues())[0]), / APP Labo operation /u);
  });

  test('of what was carried out one after the other, the last one tells', async () => {
    const ids = [await insert('delete'), await insert('insert')];
    await db.pool.query(
      `update feed_operation set accepted_at = accepted_at + interval '1 second' where id = $1::bigint`,
      [ids[0]],
    );
    await recordPublication(db.pool, ids);
    assert.deepEqual(await connues(), []);
  });

  test('leaves alone what nobody accepted', async () => {
    await recordPublication(db.pool, [await insert('insert', { state: 'dead' })]);
    await recordPublication(db.pool, []);
    assert.deepEqual(await connues(), []);
  });
});
