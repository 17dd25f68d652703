// National scale against what an administrator would script: `unzip -p FILE | psql -c '\copy … from stdin'`, every column,
// into unlogged, unindexed text tables of the same server. Whole processes, in turn, medians and ratios.
//
//   npm run bench:ingest -- [--rounds 3] [--dir var/bench] [--growth]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Scale } from '../src/sample/country.js';
import { openEngine, type Engine } from '../src/db/engine.js';
import { createPool } from '../src/db/pool.js';
import { migrate } from '../src/db/migrate.js';
import { generateSample } from '../src/sample/generate.js';
import { silentProgress } from '../src/progress.js';
import { measureSplitter } from './splitter.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string', default: join('var', 'bench') },
    growth: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const folder = resolve(options.dir);

type Measure = { readonly ms: number; readonly maxRssMb: number };

await main();

async function main(): Promise<void> {
  requireTools(['unzip', 'psql']);
  const days = [await sampleOf('national', 1), await sampleOf('national', 2)] as const;
  const engine = await openEngine({ dataDir: join(folder, 'base') }, print);
  try {
    print(`\n${engine.description}`);
    await measureIngestion(engine, days);
    await measureReconciliation(engine, days);
    if (options.growth) await measureGrowth(engine);
  } finally {
    await engine.close();
  }
  await measureSplitter(textOf(days[0]), print);
}

async function measureIngestion(engine: Engine, days: readonly [string, string]): Promise<void> {
  const peer: number[] = [];
  const first: Measure[] = [];
  const next: Measure[] = [];
  const same: Measure[] = [];
  for (let round = 0; round < rounds; round += 1) {
    peer.push(copyWithPsql(engine, days[0]));
    await emptyTables(engine);
    first.push(worker('extract', days[0], engine));
    same.push(worker('extract', days[0], engine));
    next.push(worker('extract', days[1], engine));
  }
  const base = median(peer);
  print(`\nIngestion de bals + professionnels, médiane de ${rounds} tours`);
  print(row('unzip -p | psql \\copy, toutes les colonnes', base, base));
  print(row('première mise en service (cible ≤ 1,5)', medianOf(first), base, first));
  print(row('le lendemain, 0,5 % changé (cible ≤ 0,5)', medianOf(next), base, next));
  print(row('la même version', medianOf(same), base, same));
}

/** On day 2's state; the delta is what day 1 -> day 2 changed. */
async function measureReconciliation(
  engine: Engine,
  days: readonly [string, string],
): Promise<void> {
  await emptyTables(engine);
  worker('extract-all', days[0], engine);
  worker('inventory', days[0], engine);
  const full = worker('reconcile', days[0], engine);
  worker('extract-all', days[1], engine);
  const delta = worker('reconcile', days[1], engine);
  worker('inventory-complet', days[1], engine);
  const whole = worker('reconcile-complet', days[1], engine);
  print(`\nRapprochement, constats écrits`);
  print(`  opérateur de 60 000 BAL, complet (cible ≤ 2 s)          ${seconds(full.ms)}`);
  print(`  le même après un jour de changements (cible ≤ 0,5 s)    ${seconds(delta.ms)}`);
  print(`  tout le pays comme un seul opérateur (cible ≤ 10 s)     ${seconds(whole.ms)}`);
}

async function measureGrowth(engine: Engine): Promise<void> {
  print(`\nCroissance de la première mise en service`);
  for (const scale of ['demo', 'tenth', 'half', 'national'] as const) {
    const sample = await sampleOf(scale, 1);
    await emptyTables(engine);
    const measure = worker('extract', sample, engine);
    print(
      `  ${scale.padEnd(10)} ${seconds(measure.ms)}  mémoire ${Math.round(measure.maxRssMb)} Mo`,
    );
  }
}

/** Runs one task in a process of its own, which tells its time and its peak memory. */
function worker(task: string, sample: string, engine: Engine): Measure {
  const output = execFileSync(
    process.execPath,
    [join(import.meta.dirname, 'worker.js'), task, sample],
    {
      env: { ...process.env, BENCH_DATABASE_URL: engine.connectionString },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return JSON.parse(output.toString()) as Measure;
}

function copyWithPsql(engine: Engine, sample: string): number {
  const members = [
    { zip: fileOf(sample, /^PS_LibreAcces.*zip$/u), member: '*Personne_activite*', columns: 56 },
    { zip: fileOf(sample, /^PS_LibreAcces.*zip$/u), member: '*SavoirFaire*', columns: 13 },
    { zip: fileOf(sample, /^Extraction_Correspondance.*zip$/u), member: '*', columns: 31 },
  ];
  let total = 0;
  for (const { zip, member, columns } of members) {
    const list = Array.from({ length: columns }, (_, index) => `c${index} text`).join(', ');
    psql(engine, `drop table if exists peer; create unlogged table peer (${list})`);
    const copy = `\\copy peer from stdin with (format csv, delimiter '|', quote E'\\x01', header)`;
    const start = performance.now();
    execFileSync('sh', [
      '-c',
      'unzip -p "$1" "$2" | psql -q "$3" -c "$4"',
      'sh',
      zip,
      member,
      engine.connectionString,
      copy,
    ]);
    total += performance.now() - start;
  }
  psql(engine, 'drop table peer');
  return total;
}

function psql(engine: Engine, sql: string): void {
  execFileSync('psql', ['-q', engine.connectionString, '-c', sql], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function emptyTables(engine: Engine): Promise<void> {
  const pool = createPool(
    {
      connectionString: engine.connectionString,
      max: 4,
      statementTimeoutMs: 600_000,
      applicationName: 'bench',
    },
    () => undefined,
  );
  await migrate(pool);
  await pool.query(`truncate bal_annuaire, activite, structure_exercice, savoir_faire, identite,
    structure_finess, domaine_liste_blanche, correspondance_adeli, bal_operateur, source_load,
    source_run, source_change, source_reject, reconcile_run, constat restart identity cascade`);
  await pool.query('checkpoint');
  await pool.end();
}

async function sampleOf(scale: Scale, day: number): Promise<string> {
  const outDir = join(folder, `${scale}-${day}`);
  if (existsSync(join(outDir, 'truth.json'))) return outDir;
  print(`Échantillon ${scale}, jour ${day}…`);
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await generateSample({ outDir, scale, day }, silentProgress, new AbortController().signal);
  return outDir;
}

/** The activity file as plain text, for the splitter alone. */
function textOf(sample: string): string {
  const path = join(folder, 'Personne_activite.txt');
  if (!existsSync(path)) {
    const zip = fileOf(sample, /^PS_LibreAcces.*zip$/u);
    execFileSync('sh', ['-c', 'unzip -p "$1" "*Personne_activite*" > "$2"', 'sh', zip, path]);
  }
  return path;
}

function fileOf(sample: string, pattern: RegExp): string {
  const name = readdirSync(sample).find((file) => pattern.test(file));
  if (name === undefined) throw new Error(`${sample} holds no ${String(pattern)}`);
  return join(sample, name);
}

function requireTools(tools: readonly string[]): void {
  for (const tool of tools) {
    try {
      execFileSync('which', [tool], { stdio: 'ignore' });
    } catch {
      throw new Error(`${tool} is needed to measure against it`);
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function medianOf(measures: readonly Measure[]): number {
  return median(measures.map(({ ms }) => ms));
}

function row(label: string, ms: number, base: number, measures: readonly Measure[] = []): string {
  const memory = Math.max(0, ...measures.map(({ maxRssMb }) => maxRssMb));
  const rss = memory > 0 ? `  mémoire ${Math.round(memory)} Mo (cible ≤ 300)` : '';
  return `  ${label.padEnd(46)} ${seconds(ms).padStart(9)}  ${(ms / base).toFixed(2)}×${rss}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function print(line: string): void {
  console.log(line);
}
