import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, messageOf, RefusedError } from '../errors.js';
import type { Pool } from './pool.js';
import { transaction } from './transaction.js';
import { limitStatement } from './silence.js';

/**
 * Brings the database to the schema of this program: applies the migrations that it lacks, in order, each in one
 * transaction. Returns the names applied now. Any number of programs may call it at the same moment.
 */
export async function migrate(
  pool: Pool,
  directory: string = findMigrationsDirectory(),
): Promise<readonly string[]> {
  const migrations = await readMigrations(directory);
  await createMigrationTable(pool);
  const applied = await listApplied(pool);
  refuseForeignHistory(migrations, applied);

  const appliedNow: string[] = [];
  const known = new Set(applied.map((row) => row.number));
  for (const migration of migrations) {
    if (known.has(migration.number)) continue;
    if (await apply(pool, migration)) appliedNow.push(migration.name);
  }
  return appliedNow;
}

/** The `migrations` folder of the installed program, wherever its compiled files are. */
export function findMigrationsDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'migrations');
    if (existsSync(join(folder, 'package.json')) && existsSync(candidate)) return candidate;
    const parent = dirname(folder);
    if (parent === folder) throw noMigration(candidate);
    folder = parent;
  }
}

/** Their numbers and names, in order: what a database that may not be written is held against. */
export async function listMigrations(
  directory: string = findMigrationsDirectory(),
): Promise<readonly { readonly number: number; readonly name: string }[]> {
  return (await readMigrations(directory)).map(({ number, name }) => ({ number, name }));
}

/** The newest that this program knows. */
export async function findLastMigration(
  directory: string = findMigrationsDirectory(),
): Promise<{ readonly numero: number; readonly nom: string }> {
  const last = (await readMigrations(directory)).at(-1);
  if (!last) throw noMigration(directory);
  return { numero: last.number, nom: last.name };
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const files = await readdir(directory).catch(() => [] as string[]);
  const names = files.filter((file) => migrationFile.test(file)).sort();
  if (names.length === 0) throw noMigration(directory);
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(name.slice(0, 4));
      if (number !== index + 1) {
        throw new AppError(
          'MIGRATION_GAP',
          `Les fichiers de migration de ${directory} ne se suivent pas : ${name} trouvé là où ` +
            `${String(index + 1).padStart(4, '0')}_*.sql était attendu. Réinstallez le programme.`,
        );
      }
      return { number, name, sql: await readFile(join(directory, name), 'utf8') };
    }),
  );
}

function noMigration(directory: string): AppError {
  return new AppError(
    'MIGRATION_NONE',
    `Aucun fichier de migration dans ${directory} : l'installation est incomplète. Réinstallez le programme.`,
  );
}

/** `create table if not exists` alone fails when two programs run it at once, hence the lock. */
async function createMigrationTable(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select to_regclass('schema_migration') is not null as found`,
  );
  if (rows[0]?.found === true) return;
  await transaction(pool, async (client) => {
    await limitStatement(client, 0);
    await client.query(
      `select pg_advisory_xact_lock(hashtextextended('annuaire-sante-sync:migrate', 0))`,
    );
    await client.query(`
      create table if not exists schema_migration (
        number integer primary key,
        name text not null,
        applied_at timestamptz not null default now()
      )`);
  }).catch((error: unknown) => {
    throw new AppError(
      'MIGRATION_FAILED',
      `Impossible de créer les tables (${messageOf(error)}). Le compte de la base doit pouvoir ` +
        `créer des objets dans son schéma : « grant create on schema public to COMPTE ».`,
      { cause: error },
    );
  });
}

async function listApplied(pool: Pool): Promise<AppliedRow[]> {
  const { rows } = await pool.query<AppliedRow>(
    `select number, name from schema_migration order by number`,
  );
  return rows;
}

function refuseForeignHistory(
  migrations: readonly Migration[],
  applied: readonly AppliedRow[],
): void {
  for (const [index, row] of applied.entries()) {
    const migration = migrations[row.number - 1];
    if (!migration) {
      throw new RefusedError(
        'SCHEMA_NEWER',
        `La base a été créée ou mise à jour par une version plus récente du programme (migration ` +
          `${row.name}, la plus récente connue ici étant ${migrations.at(-1)?.name ?? 'aucune'}). ` +
          `Rien n'a été modifié. Installez une version au moins aussi récente.`,
      );
    }
    if (row.number !== index + 1 || row.name !== migration.name) {
      throw new RefusedError(
        'SCHEMA_FOREIGN',
        `La base a reçu la migration ${row.name} (n° ${row.number}), là où ce programme attend ` +
          `${migrations[index]?.name ?? 'rien'}. Rien n'a été modifié. Vérifiez que « database.url » ` +
          `désigne bien la base d'annuaire-sante-sync, ou restaurez-la.`,
      );
    }
  }
}

/** False when another program applied it first: the insert waits for the other's transaction, then finds its row. */
async function apply(pool: Pool, migration: Migration): Promise<boolean> {
  return transaction(pool, async (client) => {
    await limitStatement(client, 0);
    const { rowCount } = await client.query(
      `insert into schema_migration (number, name) values ($1::integer, $2::text)
       on conflict (number) do nothing`,
      [migration.number, migration.name],
    );
    if (rowCount === 0) return false;
    await client.query(migration.sql);
    return true;
  }).catch((error: unknown) => {
    throw new AppError(
      'MIGRATION_FAILED',
      `La migration ${migration.name} a échoué et a été annulée : ${messageOf(error)}`,
      { cause: error },
    );
  });
}

const migrationFile = /^\d{4}_.*\.sql$/;

type Migration = { readonly number: number; readonly name: string; readonly sql: string };
type AppliedRow = { readonly number: number; readonly name: string };
