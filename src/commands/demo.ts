// `npm start`: an invented opérateur, from nothing to an explained report, on this machine alone.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { loadSettings } from '../config.js';
import { generateSample } from '../sample/generate.js';
import { globalOptions, print, runWithSettings, type CommandContext } from './context.js';
import { describeResult, exitCodeOf, extractSources } from './extract.js';
import { describeImport, importInventory } from './inventory.js';
import type { OpenProgram } from './program.js';
import { reconcile } from '../reconcile/reconcile.js';
import { reconcileSettings } from './source-settings.js';
import { describeReconcile } from './reconcile.js';
import { silentProgress } from '../progress.js';
import { terminalProgress } from './terminal-progress.js';

const defaultFolder = join('var', 'demo');

export function registerDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('démonstration : un opérateur inventé, de rien à un rapport expliqué')
    .option('--dir <dossier>', 'où garder ses données', defaultFolder)
    .action(async (options: { dir: string }, command: Command) => {
      const isJson = globalOptions(command).json;
      const folder = resolve(options.dir);
      const config = await prepareSample(context, folder, isJson);
      const now = judgedAt(folder);
      const demo: CommandContext = {
        ...context,
        surroundings: { ...context.surroundings, now: () => now },
      };
      const settings = { ...loadSettings(config), dataDir: folder };
      await runWithSettings(demo, settings, isJson, (open) => runDemo(demo, open, options.dir));
    });
}

/** Makes the sample once; it is whole as soon as its truth file, written last, is there. */
async function prepareSample(
  { surroundings }: CommandContext,
  folder: string,
  isJson: boolean,
): Promise<string> {
  const outDir = join(folder, 'extractions');
  const config = join(outDir, 'annuaire-sync.yaml');
  if (!existsSync(join(outDir, 'truth.json')) || !existsSync(config)) {
    const progress = isJson ? silentProgress : terminalProgress(surroundings.err);
    await generateSample({ outDir, scale: 'demo', day: 1 }, progress, surroundings.signal);
  }
  return config;
}

/** The demonstration lives on the day of its files, so that it says the same on any day. */
function judgedAt(folder: string): Date {
  const truth = JSON.parse(readFileSync(join(folder, 'extractions', 'truth.json'), 'utf8')) as {
    judgedAt: string;
  };
  return new Date(truth.judgedAt);
}

async function runDemo(context: CommandContext, open: OpenProgram, dir: string): Promise<void> {
  const results = await extractSources(open, context.surroundings, {
    sources: [],
    from: undefined,
    isAccepted: false,
  });
  const imported = await importInventory(context, open, undefined, {
    accept: false,
    skipInvalid: false,
  });
  const summary = await reconcile(
    open.pool,
    reconcileSettings(open.settings),
    { now: context.surroundings.now() },
    open.progress,
  );
  context.surroundings.out.write(
    results.map(describeResult).join('\n') +
      '\n' +
      describeImport(imported) +
      '\n' +
      describeReconcile(summary) +
      '\n',
  );
  void dir;
  void print;
  context.setExitCode(exitCodeOf(results));
}
