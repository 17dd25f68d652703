import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { silentProgress } from '../progress.js';
import { scales, type Scale } from '../sample/country.js';
import { generateSample } from '../sample/generate.js';
import { globalOptions, print, type CommandContext } from './context.js';
import { terminalProgress } from './terminal-progress.js';

type SampleCommandOptions = { out: string; scale: Scale; day: number; seed?: number };

export function registerSample(program: Command, context: CommandContext): void {
  program
    .command('sample')
    .description(
      "écrit un pays inventé, au format exact des extractions, avec ce qu'il faut y trouver",
    )
    .requiredOption('--out <dossier>', 'où écrire')
    .option('--scale <échelle>', scales.join(', '), parseScale, 'demo')
    .option('--day <n>', 'le même pays n-1 jours plus tard', parseWhole, 1)
    .option('--seed <n>', 'un autre pays', parseWhole)
    .action(async (options: SampleCommandOptions, command: Command) => {
      const isJson = globalOptions(command).json;
      const { surroundings } = context;
      const summary = await generateSample(
        {
          outDir: resolve(options.out),
          scale: options.scale,
          day: options.day,
          seed: options.seed,
        },
        isJson ? silentProgress : terminalProgress(surroundings.err),
        surroundings.signal,
      );
      print(context, isJson, summary, () =>
        [
          `✓ ${summary.files.length} fichiers dans ${summary.outDir}, ${summary.constats.toLocaleString('fr-FR')} constats à y trouver.`,
          `  Essayez : annuaire-sync --config ${summary.outDir}/${summary.config} extract`,
        ].join('\n'),
      );
    });
}

function parseScale(text: string): Scale {
  const scale = scales.find((known) => known === text);
  if (scale) return scale;
  throw new InvalidArgumentError(`Échelles : ${scales.join(', ')}.`);
}

function parseWhole(text: string): number {
  if (/^\d{1,12}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Nombre entier attendu.');
}
