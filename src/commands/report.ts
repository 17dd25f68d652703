import { InvalidArgumentError, type Command } from 'commander';
import {
  codesConstat,
  groupesConstat,
  type CodeConstat,
  type GroupeConstat,
} from '../domain/constat.js';
import { AppError, messageOf } from '../errors.js';
import { writeReport, type ReportFilters, type ReportOptions } from '../report/report.js';
import { globalOptions, runWithProgram, type CommandContext } from './context.js';
import { writeDraftFile } from './draft-file.js';
import { explainFault } from './known-fault.js';
import type { OpenProgram } from './program.js';
import { describeSources, readStatus } from './status.js';
import { writeTo } from './write-to.js';

const formats = ['table', 'csv', 'json'] as const;
type Format = (typeof formats)[number];

type ReportCommandOptions = {
  readonly format?: Format;
  readonly domaine?: string;
  readonly code?: CodeConstat;
  readonly groupe?: GroupeConstat;
  readonly adresse?: string;
  readonly since?: Date;
  readonly all: boolean;
  readonly exemples: number;
  readonly out?: string;
};

export function registerReport(program: Command, context: CommandContext): void {
  const groups = groupesConstat.map(({ nom }) => nom);
  program
    .command('report')
    .description('ce que le rapprochement a trouvé, expliqué')
    .option(
      '--format <format>',
      `${formats.join(', ')} (par défaut table, ou json avec --json)`,
      oneOf(formats),
    )
    .option('--domaine <domaine>', 'un domaine seulement')
    .option(
      '--code <code>',
      'un constat seulement (docs/constats.md les définit)',
      oneOf(codesConstat),
    )
    .option('--groupe <groupe>', groups.join(', '), oneOf(groups))
    .option('--adresse <adresse>', 'une BAL seulement, avec son histoire dans l’Annuaire')
    .option(
      '--since <date>',
      'constats apparus, modifiés ou (avec --all) clos depuis cette date (AAAA-MM-JJ)',
      parseDay,
    )
    .option('--all', 'les constats clos aussi', false)
    .option('--exemples <n>', 'exemples de chaque constat, au format table', parseCount, 3)
    .option('--out <fichier>', 'écrit dans un fichier au lieu de la sortie standard')
    .addHelpText(
      'after',
      `
Exemples :
  annuaire-sync report                                   l'essentiel, avec quelques exemples de chaque constat
  annuaire-sync report --code PER_TYPE_10 --format csv --out type10.csv
  annuaire-sync report --adresse anne.exemple@chu.mssante.fr`,
    )
    .action(async (options: ReportCommandOptions, command: Command) => {
      const format = options.format ?? (globalOptions(command).json ? 'json' : 'table');
      await runWithProgram(context, command, (open) => report(context, open, format, options));
    });
}

async function report(
  context: CommandContext,
  open: OpenProgram,
  format: Format,
  options: ReportCommandOptions,
): Promise<void> {
  const reportOptions = await optionsOf(
    context,
    open,
    format,
    filtersOf(options),
    options.exemples,
  );
  if (options.out === undefined) {
    await writeReport(open.pool, reportOptions, writeTo(context.surroundings.out));
    return;
  }
  await writeToFile(open, reportOptions, options.out);
  context.surroundings.err.write(`Rapport écrit dans ${options.out}\n`);
}

async function writeToFile(open: OpenProgram, options: ReportOptions, path: string): Promise<void> {
  try {
    await writeDraftFile(path, (write) => writeReport(open.pool, options, write));
  } catch (cause) {
    const message = messageOf(explainFault(cause) ?? cause);
    throw new AppError(
      'RAPPORT_NON_ECRIT',
      `${path} : le rapport n'a pas pu être écrit. ${message}`,
      { cause },
    );
  }
}

/** Sources that are late or refused are told at the head of the report. */
export async function optionsOf(
  { surroundings }: CommandContext,
  open: OpenProgram,
  format: Format,
  filters: ReportFilters,
  examplesMax = 3,
): Promise<ReportOptions> {
  const now = surroundings.now();
  return {
    format,
    filters,
    domaines: open.settings.operateur.domaines.map(({ nom }) => nom),
    width: surroundings.out.columns ?? 100,
    examplesMax,
    now,
    fraicheur: describeSources(await readStatus(open, now)),
  };
}

function filtersOf(options: ReportCommandOptions): ReportFilters {
  const { domaine, code, groupe, adresse, since, all } = options;
  return {
    domaine: domaine?.trim().toLowerCase(),
    code,
    groupe,
    adresse: adresse?.trim().toLowerCase(),
    since,
    includeClosed: all,
  };
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`Valeurs : ${values.join(', ')}.`);
  };
}

/** The day begins at midnight in Paris, as the dates of the report do, wherever this machine is. */
function parseDay(text: string): Date {
  const date = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/u.test(text) && !Number.isNaN(date.getTime());
  // A day that the month does not have comes back as one of the next.
  if (isDay && date.toISOString().startsWith(text)) return midnightInParis(date);
  throw new InvalidArgumentError('Date attendue : AAAA-MM-JJ.');
}

function midnightInParis(utcMidnight: Date): Date {
  const hour = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Paris',
    hour: 'numeric',
    hourCycle: 'h23',
  }).format(utcMidnight);
  return new Date(utcMidnight.getTime() - Number(hour) * 3_600_000);
}

function parseCount(text: string): number {
  if (/^\d{1,3}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Nombre entier attendu, de 0 à 999.');
}
