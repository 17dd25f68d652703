// The whole road on an invented country: what is found is exactly what was planted, on day 1, on day 2, in any order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { importInventory } from '../../src/commands/inventory.js';
import { extractSources } from '../../src/commands/extract.js';
import type { OpenProgram, Surroundings } from '../../src/commands/program.js';
import { reconcileSettings } from '../../src/commands/source-settings.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { sourceNames, type SourceName } from '../../src/domain/source.js';
import { silentProgress } from '../../src/progress.js';
import { reconcile } from '../../src/reconcile/reconcile.js';
import { generateSample } from '../../src/sample/generate.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { tempFolder } from '../support/extraction-files.js';

type Truth = {
  readonly judgedAt: string;
  readonly constats: readonly {
    readonly code: string;
    readonly domaine: string;
    readonly adresse: string | null;
    readonly precision: string;
    /** What the case is sure of among the values. */
    readonly valeurs?: Readonly<Record<string, unknown>>;
  }[];
};

const folders = [join(tempFolder(), 'jour1'), join(tempFolder(), 'jour2')] as const;
const databases: TestDatabase[] = [];

before(async () => {
  for (const [index, outDir] of folders.entries()) {
    await generateSample(
      { outDir, scale: 'demo', day: index + 1 },
      silentProgress,
      new AbortController().signal,
    );
  }
});

after(async () => {
  for (const database of databases) await database.drop();
});

async function openDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  databases.push(database);
  return database;
}

function truthOf(folder: string): Truth {
  return JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
}

function surroundingsOf(folder: string): Surroundings {
  return {
    out: process.stdout,
    err: process.stderr,
    env: {},
    signal: new AbortController().signal,
    now: () => new Date(truthOf(folder).judgedAt),
  };
}

type Step = SourceName | 'inventaire';

/** Runs every stage on the folder's files, sources in the given order, and returns the mode of the reconciliation. */
async function run(
  database: TestDatabase,
  folder: string,
  order: readonly Step[] = [...sourceNames, 'inventaire'],
): Promise<'full' | 'delta'> {
  const settings = loadSettings(join(folder, 'annuaire-sync.yaml'), {});
  const surroundings = surroundingsOf(folder);
  const open: OpenProgram = {
    settings: { ...settings, dataDir: folder },
    pool: database.pool,
    progress: silentProgress,
    engineDescription: '',
    isJson: true,
  };
  for (const step of order) {
    if (step === 'inventaire') {
      const context = { surroundings, setExitCode: () => undefined };
      await importInventory(context, open, undefined, { accept: false, skipInvalid: false });
      continue;
    }
    const [result] = await extractSources(open, surroundings, {
      sources: [step],
      from: undefined,
      isAccepted: false,
    });
    assert.ok(result);
    if ('error' in result) throw result.error;
    assert.equal(result.outcome.kind, 'loaded', step);
  }
  const { mode, notEvaluated } = await reconcile(
    database.pool,
    reconcileSettings(settings),
    { now: surroundings.now() },
    silentProgress,
  );
  assert.deepEqual(notEvaluated, []);
  return mode;
}

async function found(database: TestDatabase): Promise<string[]> {
  const { rows } = await database.pool.query<Record<string, string | null>>(
    `select code, domaine, adresse, precision from constat where closed_run_id is null`,
  );
  return rows.map((row) => Object.values(row).join(' | ')).sort();
}

function planted(folder: string): string[] {
  return truthOf(folder)
    .constats.map(({ code, domaine, adresse, precision }) =>
      [code, domaine, adresse, precision].join(' | '),
    )
    .sort();
}

/** The values that a planted case is sure of are those that were found. */
async function assertValues(database: TestDatabase, folder: string): Promise<void> {
  const { rows } = await database.pool.query<{ key: string; valeurs: Record<string, unknown> }>(
    `select concat_ws(' | ', code, domaine, adresse, precision) as key, valeurs from constat
     where closed_run_id is null`,
  );
  const values = new Map(rows.map(({ key, valeurs }) => [key, valeurs]));
  for (const planted of truthOf(folder).constats) {
    const key = [planted.code, planted.domaine, planted.adresse, planted.precision]
      .filter((part) => part !== null)
      .join(' | ');
    for (const [name, value] of Object.entries(planted.valeurs ?? {})) {
      assert.deepEqual(values.get(key)?.[name], value, `${key} ${name}`);
    }
  }
}

async function details(database: TestDatabase): Promise<unknown[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    // Since when a type 10 is there depends on which imports were seen.
    `select code, groupe, domaine, adresse, precision, type_bal,
       valeurs - '{vueLe,creationInterdite}'::text[] as valeurs from constat
     where closed_run_id is null order by code, domaine, adresse, precision`,
  );
  return rows;
}

test('every planted constat is found and none is invented, on the first day and on the next', async () => {
  const database = await openDatabase();
  assert.ok(planted(folders[0]).length > 100);
  assert.equal(await run(database, folders[0]), 'full');
  assert.deepEqual(await found(database), planted(folders[0]));
  await assertValues(database, folders[0]);

  await run(database, folders[1]);
  assert.notDeepEqual(planted(folders[1]), planted(folders[0]));
  assert.deepEqual(await found(database), planted(folders[1]));
});

test('the second day reconciled alone finds the same as after the first, values included', async () => {
  const [evolved, alone] = [await openDatabase(), await openDatabase()];
  await run(evolved, folders[0]);
  await run(evolved, folders[1]);
  await run(alone, folders[1]);
  assert.deepEqual(await details(evolved), await details(alone));
});

test('sources may come in any order', async () => {
  const [forward, backward] = [await openDatabase(), await openDatabase()];
  await run(forward, folders[0]);
  await run(backward, folders[0], ['inventaire', ...[...sourceNames].reverse()]);
  assert.deepEqual(await details(backward), await details(forward));
});
