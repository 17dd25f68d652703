// The plan of the whole country as one opérateur, each stage in a process of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { withDatabase, recreate } from './databases.js';
import { options } from './options.js';
import { print, seconds } from './print.js';

export async function measurePlanning(connectionString: string): Promise<void> {
  const sample = join(options.folder, 'national-1');
  if (!existsSync(join(sample, 'truth.json'))) {
    print('\nÉchantillon national…');
    rmSync(sample, { recursive: true, force: true });
    await generateSample(
      { outDir: sample, scale: 'national', day: 1 },
      silentProgress,
      new AbortController().signal,
    );
  }
  await recreate(connectionString, 'feed_pays');
  const url = withDatabase(connectionString, 'feed_pays');
  for (const task of ['extract-all', 'inventory-complet', 'reconcile-complet']) {
    print(`  ${task} : ${seconds(measure(task, sample, url).ms)}`);
  }
  const plan = measure('plan-complet', sample, url);
  print(
    `Plan de tout le pays : ${seconds(plan.ms)} (visé ≤ 30 s), mémoire au plus ${Math.round(plan.maxRssMb)} Mo`,
  );
  const again = measure('plan-complet', sample, url);
  print(`Le même, recalculé : ${seconds(again.ms)}`);
}

function measure(task: string, sample: string, url: string): { ms: number; maxRssMb: number } {
  const worker = join(import.meta.dirname, '..', 'worker.js');
  const output = execFileSync(process.execPath, [worker, task, sample], {
    env: { ...process.env, BENCH_DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.toString()) as { ms: number; maxRssMb: number };
}
