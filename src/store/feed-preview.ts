// A private copy of the queue, for a dry run: same names, same statements, and a transaction that can write nothing else.
import type { Client } from '../db/pool.js';

/**
 * Hides the tables of the queue behind temporary copies of what may still be sent, inside the transaction of `client`,
 * which is then made read-only: PostgreSQL itself refuses to change any other table. Pauses are left out: they say when,
 * not what.
 */
export async function openPreview(client: Client): Promise<void> {
  await client.query('begin');
  // Whole rows on purpose: a copy has the columns that the original has.
  await client.query(
    `create temp table feed_operation on commit drop as
     select o.* from feed_operation o where o.state in ('planned', 'approved', 'retry', 'sending', 'held', 'dead')
       or o.id in (select apres_id from feed_operation where state in ('approved', 'retry'))`,
  );
  await client.query(
    `create index on pg_temp.feed_operation (next_attempt_at nulls first, id) where state in ('approved', 'retry')`,
  );
  await client.query(
    `create index on pg_temp.feed_operation (porteur_cle, id) where state in ('approved', 'retry', 'sending')`,
  );
  await client.query(`create index on pg_temp.feed_operation (adresse, porteur_cle)`);
  await client.query(`create index on pg_temp.feed_operation (id)`);
  await client.query(
    `create temp table feed_attempt (like feed_attempt including identity) on commit drop`,
  );
  await client.query(
    `create temp table feed_channel on commit drop as
     select true as id, null::timestamptz as next_call_at, null::timestamptz as paused_until,
       null::text as pause_reason, 0 as opening_count, null::timestamptz as stopped_at,
       null::text as stop_code, null::text as stop_message`,
  );
  await client.query('set transaction read only');
}

export async function closePreview(client: Client): Promise<void> {
  await client.query('rollback');
}
