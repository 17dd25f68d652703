// A tenth of the invented country as one opérateur, with a plan of many operations approved: made by the commands that an
// administrator types, once; each measure begins from a copy of the database.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from '../../src/db/pool.js';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { run } from './command.js';
import { drop, poolOf, recreate, withDatabase } from './databases.js';
import { writeChangedInventory } from './inventory.js';
import { options } from './options.js';
import { print, seconds } from './print.js';

export type Prepared = {
  readonly connectionString: string;
  readonly sample: string;
  readonly operations: number;
};

export type Measure = {
  /** Writes the settings again, with this feed. */
  readonly configure: (feed: Feed) => string;
  readonly pool: Pool;
  readonly drop: () => Promise<void>;
};

export type Feed = {
  readonly url: string;
  readonly appelsParSeconde: number;
  readonly simultanesMax: number;
  readonly bailSecondes: number;
};

const idle: Feed = {
  url: 'http://127.0.0.1:9',
  appelsParSeconde: 0,
  simultanesMax: 16,
  bailSecondes: 5,
};

export async function prepareOperations(connectionString: string): Promise<Prepared> {
  const sample = join(options.folder, 'tenth-feed');
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const isOfToday = existsSync(join(sample, 'truth.json')) && dateOf(sample) === yesterday;
  if (!isOfToday) {
    print('Échantillon au dixième…');
    rmSync(sample, { recursive: true, force: true });
    await generateSample(
      { outDir: sample, scale: 'tenth', day: 1, date: yesterday },
      silentProgress,
      new AbortController().signal,
    );
  }
  const { operations } = options;
  writeChangedInventory(
    join(sample, 'inventaire-complet.csv'),
    join(sample, 'inventaire-mesure.csv'),
    {
      inserts: Math.round(operations * 0.6),
      replaces: Math.round(operations * 0.2),
      deletes: Math.round(operations * 0.2),
    },
  );
  const database = 'feed_base';
  await recreate(connectionString, database);
  const config = writeSettings(sample, database, withDatabase(connectionString, database), idle);
  print('Extraction, inventaire, rapprochement, plan…');
  await run(config, 'extract');
  await run(config, 'inventory', 'import');
  await run(config, 'reconcile');
  const start = performance.now();
  await run(config, 'plan', 'show', '--exemples', '0');
  print(`  plan calculé en ${seconds(performance.now() - start)}, démarrage du programme compris`);
  print(await run(config, 'plan', 'approve', '--tout', '--override', 'mesure'));
  return { connectionString, sample, operations };
}

/** A copy of the database, a data folder of its own. */
export async function openMeasure(prepared: Prepared, name: string): Promise<Measure> {
  const { connectionString, sample } = prepared;
  const database = `feed_${name}`;
  await recreate(connectionString, database, 'feed_base');
  const url = withDatabase(connectionString, database);
  const pool = poolOf(url);
  return {
    configure: (feed) => writeSettings(sample, database, url, feed),
    pool,
    drop: async () => {
      await pool.end();
      await drop(connectionString, database);
    },
  };
}

/** In the folder of the sample, since its settings name its files from there. */
function writeSettings(sample: string, name: string, databaseUrl: string, feed: Feed): string {
  const dataDir = join(sample, 'var', name);
  if (feed === idle) rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  const text = readFileSync(join(sample, 'annuaire-sync-complet.yaml'), 'utf8')
    .replace(/^dataDir:.*$/mu, `dataDir: ${JSON.stringify(dataDir)}`)
    .replace('./inventaire-complet.csv', './inventaire-mesure.csv');
  const path = join(sample, `bench-${name}.yaml`);
  writeFileSync(path, `${text}\n${feedSettings(databaseUrl, feed)}`);
  return path;
}

function feedSettings(databaseUrl: string, feed: Feed): string {
  return `database:
  url: ${JSON.stringify(databaseUrl)}
alimentation:
  url: ${feed.url}
  cleApi: simulation
  appelsParSeconde: ${feed.appelsParSeconde}
  simultanesMax: ${feed.simultanesMax}
  connexionSecondes: 2
  reponseSecondes: 2
  totalSecondes: 4
  tentativesMax: 20
  attenteMinSecondes: 1
  attenteMaxSecondes: 3
  bailSecondes: ${feed.bailSecondes}
  disjoncteur: { echecsMax: 1000, pauseSecondes: 1 }
simulateur:
  appelsParSeconde: 0
  cleApi: simulation
  silenceSecondes: 5
`;
}

function dateOf(sample: string): string {
  const truth = JSON.parse(readFileSync(join(sample, 'truth.json'), 'utf8')) as {
    judgedAt: string;
  };
  return truth.judgedAt.slice(0, 10);
}
