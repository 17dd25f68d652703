// A database at the schema of a version that was released, with data of then (test/fixtures/schema-0017): donnees.json, made once by
//   node dist/test/support/schema-publie.js
// and complement.json, written by hand: rows of the tables that it leaves empty, and of those that came since.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMigrationsDirectory, migrate } from '../../src/db/migrate.js';
import type { Pool } from '../../src/db/pool.js';
import { transaction } from '../../src/db/transaction.js';
import { remplirTables } from './base-privee.js';
import { emptyTestDatabase } from './database.js';

export type Donnees = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

export const dossierFixture = join(dirname(findMigrationsDirectory()), 'test/fixtures/schema-0017');

export function lireDonnees(): Donnees {
  const [donnees, complement] = ['donnees.json', 'complement.json'].map(
    (name) => JSON.parse(readFileSync(join(dossierFixture, name), 'utf8')) as Donnees,
  );
  return { ...donnees, ...complement };
}

/** The first `count` migrations, in a folder of their own. */
export function migrationsJusqua(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  for (const name of migrationFiles().slice(0, count)) {
    copyFileSync(join(findMigrationsDirectory(), name), join(folder, name));
  }
  return folder;
}

export function migrationFiles(): string[] {
  return readdirSync(findMigrationsDirectory())
    .filter((name) => /^\d{4}_/u.test(name))
    .sort();
}

export function empreinteMigration(name: string): string {
  const text = readFileSync(join(findMigrationsDirectory(), name));
  return createHash('sha256').update(text).digest('hex');
}

/**
 * What of the data this schema can hold, as it stood in it: rows of tables and columns that it has. Triggers judged them when they
 * were first written. Returns how many rows of each table.
 */
export async function chargerDonnees(pool: Pool, donnees: Donnees): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await transaction(pool, async (client) => {
    await client.query(`set local session_replication_role = replica`);
    for (const [table, rows] of Object.entries(donnees)) {
      const { rows: columns } = await client.query<{ name: string }>(
        `select column_name as name from information_schema.columns
         where table_schema = 'public' and table_name = $1::text and is_generated = 'NEVER'`,
        [table],
      );
      const known = columns.map(({ name }) => name).filter((name) => name in (rows[0] ?? {}));
      if (known.length === 0) continue;
      await client.query(`delete from ${table}`);
      const list = known.map((name) => `"${name}"`).join(', ');
      const { rowCount } = await client.query(
        `insert into ${table} (${list}) overriding system value
         select ${list} from json_populate_recordset(null::${table}, $1::json)`,
        [JSON.stringify(rows)],
      );
      counts.set(table, rowCount ?? 0);
    }
  });
  return counts;
}

async function ecrireFixture(): Promise<void> {
  const { pool, drop } = await emptyTestDatabase();
  await migrate(pool, migrationsJusqua(17));
  await remplirTables(pool);
  const { rows: tables } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'schema_migration' order by 1`,
  );
  const lines: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: unknown }>(`select to_json(t) as row from ${name} t`);
    if (rows.length === 0) continue;
    const texts = rows.map(({ row }) => `    ${JSON.stringify(row)}`).sort();
    lines.push(`  "${name}": [\n${texts.join(',\n')}\n  ]`);
  }
  writeFileSync(join(dossierFixture, 'donnees.json'), `{\n${lines.join(',\n')}\n}\n`);
  await drop();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ecrireFixture();
