// One measured task in a process of its own; prints { ms, maxRssMb }. The clock covers the task, not the start of Node.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { extractSources } from '../src/commands/extract.js';
import { importInventory } from '../src/commands/inventory.js';
import type { OpenProgram, Surroundings } from '../src/commands/program.js';
import { planSettings, reconcileSettings } from '../src/commands/source-settings.js';
import { loadSettings } from '../src/config/load-settings.js';
import { createPool } from '../src/db/pool.js';
import type { SourceName } from '../src/domain/source.js';
import { computePlan } from '../src/plan/compute.js';
import { silentProgress } from '../src/progress.js';
import { reconcile } from '../src/reconcile/reconcile.js';

const [task = '', sample = ''] = process.argv.slice(2);
const isWhole = task.endsWith('-complet');
const settings = loadSettings(
  join(sample, isWhole ? 'annuaire-sync-complet.yaml' : 'annuaire-sync.yaml'),
);
const { judgedAt } = JSON.parse(readFileSync(join(sample, 'truth.json'), 'utf8')) as {
  judgedAt: string;
};
const surroundings: Surroundings = {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  signal: new AbortController().signal,
  now: () => new Date(judgedAt),
};
const open: OpenProgram = {
  settings,
  pool: createPool(
    {
      connectionString: process.env['BENCH_DATABASE_URL'] ?? '',
      max: 4,
      statementTimeoutMs: 600_000,
      applicationName: 'bench',
    },
    () => undefined,
  ),
  progress: silentProgress,
  engineDescription: '',
  isJson: true,
};

const start = performance.now();
await run();
const ms = performance.now() - start;
await open.pool.end();
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    ms,
    cpuMs: (user + system) / 1000,
    maxRssMb: process.resourceUsage().maxRSS / 1024,
  }),
);

async function run(): Promise<void> {
  switch (task) {
    case 'extract':
      return extract(['professionnels', 'bals']);
    case 'extract-all':
      return extract([]);
    case 'inventory':
    case 'inventory-complet':
      await importInventory({ surroundings, setExitCode: () => undefined }, open, undefined, {
        accept: true,
        skipInvalid: false,
      });
      return;
    case 'reconcile':
    case 'reconcile-complet':
      await reconcile(
        open.pool,
        reconcileSettings(settings),
        { now: surroundings.now() },
        silentProgress,
      );
      return;
    case 'plan-complet':
      await computePlan(
        open.pool,
        planSettings(settings),
        { now: surroundings.now(), isForced: true },
        silentProgress,
      );
      return;
    default:
      throw new Error(`unknown task ${task}`);
  }
}

async function extract(sources: readonly SourceName[]): Promise<void> {
  const results = await extractSources(open, surroundings, {
    sources,
    from: undefined,
    isAccepted: false,
  });
  for (const result of results) if ('error' in result) throw result.error;
}
