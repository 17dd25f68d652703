// Tables as new for the next test. « truncate » gives each table and each index a new file: 200 ms for what the fixtures fill;
// deleting their few rows takes 2.
import type { Pool } from '../../src/db/pool.js';

/**
 * Empties these tables and those that refer to them, and starts their numbers again from 1.
 * Tables that grew beyond some megabytes are truncated: rows that are deleted would stay in them, the tests' server cleans nothing.
 */
export async function emptyTables(pool: Pool, names: readonly string[]): Promise<void> {
  const { tables, sequences } = await findPlan(pool, names);
  const { rows } = await pool.query<{ bytes: number }>(
    `select coalesce(max(pg_relation_size(name::regclass)), 0)::float8 as bytes from unnest($1::text[]) t (name)`,
    [tables],
  );
  await pool.query(
    (rows[0]?.bytes ?? 0) > bytesMax
      ? `truncate ${tables.join(', ')} restart identity`
      : tables.map((table) => `delete from ${table};`).join(' '),
  );
  await pool.query(`select setval(name::regclass, 1, false) from unnest($1::text[]) t (name)`, [
    sequences,
  ]);
}

const bytesMax = 2 * 1_048_576;

type Plan = { readonly tables: readonly string[]; readonly sequences: readonly string[] };

const plans = new WeakMap<Pool, Map<string, Promise<Plan>>>();

function findPlan(pool: Pool, names: readonly string[]): Promise<Plan> {
  const known = plans.get(pool) ?? new Map<string, Promise<Plan>>();
  plans.set(pool, known);
  const key = names.join();
  const plan = known.get(key) ?? readPlan(pool, names);
  known.set(key, plan);
  return plan;
}

/** Those that refer first: a row that is referred to cannot be deleted. */
async function readPlan(pool: Pool, names: readonly string[]): Promise<Plan> {
  const { rows } = await pool.query<{ name: string }>(
    `with recursive wanted (id, depth) as (
       select name::regclass, 0 from unnest($1::text[]) t (name)
       union
       select conrelid::regclass, depth + 1 from wanted
         join pg_constraint on confrelid = wanted.id and contype = 'f' and conrelid <> confrelid
       where depth < 20)
     select id::text as name from wanted group by id order by max(depth) desc, id::text`,
    [names],
  );
  const tables = rows.map(({ name }) => name);
  const owned = await pool.query<{ name: string }>(
    `select s.oid::regclass::text as name from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
     where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
       and d.refobjid = any (select name::regclass from unnest($1::text[]) t (name))`,
    [tables],
  );
  return { tables, sequences: owned.rows.map(({ name }) => name) };
}
