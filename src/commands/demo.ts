// `npm start`: an invented opérateur, from nothing to an explained report, on this machine alone.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import { generateSample } from '../sample/generate.js';
import { globalOptions, runWithSettings, type CommandContext } from './context.js';
import { describeResult, exitCodeOf, extractSources } from './extract.js';
import { describeImport } from './inventory-load.js';
import { importInventory } from './inventory.js';
import type { OpenProgram } from './program.js';
import { sourceNames, type SourceName } from '../domain/source.js';
import { findLoadInService } from '../store/source-load.js';
import { rehearseFeed } from './demo-feed.js';
import { nextSteps, refuseBusyPorts, stayOn } from './demo-service.js';
import { describeReconcile, runReconcile } from './reconcile.js';
import { optionsOf } from './report.js';
import { writeReport } from '../report/report.js';
import { silentProgress } from '../progress.js';
import { terminalProgress } from './terminal-progress.js';
import { writeTo } from './write-to.js';

const defaultFolder = join('var', 'demo');

export function registerDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('démonstration : un opérateur inventé, de rien à un service qui tourne')
    .option('--dir <dossier>', 'où garder ses données', defaultFolder)
    .option('--sans-service', 's’arrête après le rapport, au lieu de rester en service', false)
    .addHelpText('after', '\nAvec --json, elle s’arrête toujours après le rapport.')
    .action(async (options: { dir: string; sansService: boolean }, command: Command) => {
      const isJson = globalOptions(command).json;
      const staysOn = !isJson && !options.sansService;
      const config = await prepareSample(context, resolve(options.dir), isJson);
      const settings = loadSettings(config);
      // Before minutes of work: it may be running already, in another terminal.
      if (staysOn) await refuseBusyPorts(settings);
      await runWithSettings(context, settings, isJson, async (open) => {
        await runDemo(context, open, options.dir, staysOn);
        if (staysOn) await stayOn(context, open);
      });
    });
}

/**
 * The demonstration's files are yesterday's, as a real opérateur's would be: made again when the day has changed, they are
 * the same country, a version later.
 */
async function prepareSample(
  { surroundings }: CommandContext,
  folder: string,
  isJson: boolean,
): Promise<string> {
  const outDir = join(folder, 'extractions');
  const config = join(outDir, 'annuaire-sync.yaml');
  const date = new Date(surroundings.now().getTime() - 86_400_000).toISOString().slice(0, 10);
  if (!existsSync(config) || dateOfSample(outDir) !== date) {
    const progress = isJson ? silentProgress : terminalProgress(surroundings.err);
    await generateSample({ outDir, scale: 'demo', day: 1, date }, progress, surroundings.signal);
  }
  return config;
}

/** The sample is whole as soon as its truth file is there. */
function dateOfSample(outDir: string): string | undefined {
  try {
    const truth = JSON.parse(readFileSync(join(outDir, 'truth.json'), 'utf8')) as {
      judgedAt: string;
    };
    return truth.judgedAt.slice(0, 10);
  } catch {
    return undefined;
  }
}

async function runDemo(
  context: CommandContext,
  open: OpenProgram,
  dir: string,
  staysOn: boolean,
): Promise<void> {
  const { out } = context.surroundings;
  const simulated = resolve(dir, 'extractions-simulees');
  const results = await extractSources(open, context.surroundings, {
    sources: await sourcesToExtract(open, simulated),
    from: undefined,
    isAccepted: false,
  });
  const imported = await importInventory(context, open, undefined, {
    accept: false,
    skipInvalid: false,
  });
  const summary = await runReconcile(context, open);
  context.setExitCode(exitCodeOf(results));
  const rehearsal = await rehearseFeed(context, open, simulated);
  if (open.isJson) {
    const options = await optionsOf(context, open, 'json', {});
    await writeReport(open.pool, options, writeTo(out));
    return;
  }
  out.write(`${introduction}\n`);
  // The head of the report tells the sources; what failed is told here.
  const failed = results.filter((result) => 'error' in result).map(describeResult);
  const steps = [...failed, describeImport(imported, open), describeReconcile(summary)];
  out.write(`${steps.join('\n')}\n\n`);
  await writeReport(open.pool, await optionsOf(context, open, 'table', {}, 1), writeTo(out));
  out.write(`\n${rehearsal.lines.join('\n')}\n`);
  out.write(nextSteps(dir, rehearsal.suppressions, staysOn));
}

/** All of them, save the BAL once the simulator has published a later day of them than the sample's. */
async function sourcesToExtract(open: OpenProgram, simulated: string): Promise<SourceName[]> {
  const bals = await findLoadInService(open.pool, 'bals');
  const sample = /_(\d{12})\.\w+$/u.exec(open.settings.sources.bals.from ?? '')?.[1] ?? '';
  const isLater = bals?.origin.startsWith(simulated) === true && bals.version.slice(-12) > sample;
  return isLater ? sourceNames.filter((name) => name !== 'bals') : [];
}

const introduction = `
DÉMONSTRATION — tout est inventé : l'opérateur « GIP Santé Exemple », ses BAL, les professionnels et les structures.
Les fichiers ont le format exact de ceux de l'ANS ; le programme s'en sert comme des vrais.
`;
