import { InvalidArgumentError, type Command } from 'commander';
import {
  codesConstat,
  groupesConstat,
  type CodeConstat,
  type GroupeConstat,
} from '../domain/constat.js';
import { AppError, messageOf, UsageError } from '../errors.js';
import { writeReport, type ReportFilters, type ReportOptions } from '../report/report.js';
import { globalOptions, type CommandContext, runReading } from './context.js';
import { parseCount } from './option-values.js';
import { writeDraftFile } from './draft-file.js';
import { explainFault } from './known-fault.js';
import type { OpenProgram } from './program.js';
import { writeChiffres, type ChiffresOptions } from './report-chiffres.js';
import { pasUsage, type PasUsage } from '../report/interfaces/modele.js';
import { writeUsages } from './report-interfaces.js';
import { describeSources, readStatus } from './status.js';
import { tracerLecture } from './tracer.js';
import { writeTo, type Write } from './write-to.js';

const formats = ['table', 'csv', 'json', 'html'] as const;
type Format = (typeof formats)[number];

type ReportCommandOptions = ChiffresOptions & {
  readonly format?: Format;
  readonly code?: CodeConstat;
  readonly groupe?: GroupeConstat;
  readonly adresse?: string;
  readonly since?: Date;
  readonly all: boolean;
  readonly exemples: number;
  readonly interfaces: boolean;
  readonly par?: PasUsage;
  readonly out?: string;
};

export function registerReport(program: Command, context: CommandContext): void {
  const groups = groupesConstat.map(({ nom }) => nom);
  program
    .command('report')
    .description('ce que le rapprochement a trouvé, expliqué')
    .option(
      '--format <format>',
      `${formats.join(', ')} (par défaut table, ou json avec --json ; html avec --hygiene)`,
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
    .option(
      '--hygiene',
      'les chiffres que suit l’ANS, jour après jour (docs/hygiene-chiffres.md)',
      false,
    )
    .option('--panorama', 'les effectifs par offre, domaine et type (EX_GEN_0300)', false)
    .option(
      '--interfaces',
      'l’usage réel de chaque interface de l’Annuaire, à déclarer à l’ANS (docs/diagnostic.md)',
      false,
    )
    .option(
      '--depuis <date>',
      'avec --hygiene, --panorama ou --interfaces : premier jour (AAAA-MM-JJ)',
      parseDay,
    )
    .option(
      '--jusqua <date>',
      'avec --panorama ou --interfaces : dernier jour (AAAA-MM-JJ)',
      parseDay,
    )
    .option(
      '--par <pas>',
      `avec --interfaces : le détail par ${pasUsage.join(', ')}`,
      oneOf(pasUsage),
    )
    .option('--out <fichier>', 'écrit dans un fichier au lieu de la sortie standard')
    .addHelpText(
      'after',
      `
Exemples :
  annuaire-sync report                                   l'essentiel, avec quelques exemples de chaque constat
  annuaire-sync report --code PER_TYPE_10 --format csv --out type10.csv
  annuaire-sync report --hygiene --format html --out hygiene.html
  annuaire-sync report --panorama --depuis 2026-01-01 --format csv --out panorama.csv
  annuaire-sync report --interfaces --depuis 2026-01-01 --format csv --out interfaces.csv
  annuaire-sync report --adresse anne.exemple@chu.mssante.fr`,
    )
    .action(async (options: ReportCommandOptions, command: Command) => {
      const format = options.format ?? (globalOptions(command).json ? 'json' : 'table');
      await runReading(context, command, (open) => report(context, open, format, options));
    });
}

async function report(
  context: CommandContext,
  open: OpenProgram,
  format: Format,
  options: ReportCommandOptions,
): Promise<void> {
  const written = await chooseReport(context, open, format, options);
  const { surroundings } = context;
  // Figures name nobody; findings do.
  const isNominative = !options.interfaces && !options.hygiene && !options.panorama;
  const { domaine, code, groupe, adresse, all, out } = options;
  const work: Work = isNominative
    ? (write) =>
        tracerLecture(
          { surroundings, pool: open.pool },
          {
            action: 'export',
            objets: adresse === undefined ? [] : [{ genre: 'bal', id: adresse.toLowerCase() }],
            requete: { quoi: 'constats', format, domaine, code, groupe, clos: all, fichier: out },
          },
          () => written(write),
          () => ({}),
        )
    : written;
  if (options.out === undefined) {
    await work(writeTo(context.surroundings.out));
    return;
  }
  await writeToFile(work, options.out);
  context.surroundings.err.write(`Rapport écrit dans ${options.out}\n`);
}

type Work = (write: Write) => Promise<void>;

async function chooseReport(
  context: CommandContext,
  open: OpenProgram,
  format: Format,
  options: ReportCommandOptions,
): Promise<Work> {
  assertOptions(options, format);
  if (options.interfaces) {
    const asked = format === 'html' ? 'table' : format;
    return (write) => writeUsages(context, open, asked, options, write);
  }
  if (options.hygiene || options.panorama) {
    return (write) => writeChiffres(context, open, format, options, write);
  }
  const filters = filtersOf(options);
  const asked = format === 'html' ? 'table' : format;
  const reportOptions = await optionsOf(context, open, asked, filters, options.exemples);
  return (write) => writeReport(open.pool, reportOptions, write);
}

/** What one report does not understand is refused rather than ignored. */
function assertOptions(options: ReportCommandOptions, format: Format): void {
  const { hygiene, panorama, interfaces, depuis, jusqua, par } = options;
  const refuse = (message: string): never => {
    throw new UsageError('OPTIONS_INCOMPATIBLES', message);
  };
  const rapports = [
    ...(hygiene ? ['--hygiene'] : []),
    ...(panorama ? ['--panorama'] : []),
    ...(interfaces ? ['--interfaces'] : []),
  ];
  if (rapports.length > 1) {
    refuse(`${rapports.join(' et ')} sont deux rapports : demandez l’un, puis l’autre.`);
  }
  if (format === 'html' && !hygiene) refuse('Le format html n’est que pour « report --hygiene ».');
  if (jusqua && !panorama && !interfaces) {
    refuse('--jusqua n’est que pour « report --panorama » et « report --interfaces ».');
  }
  if (depuis && rapports.length === 0) {
    refuse(
      '--depuis est pour --hygiene, --panorama et --interfaces ; pour les constats, c’est --since.',
    );
  }
  if (par && !interfaces) refuse('--par n’est que pour « report --interfaces ».');
  if (rapports.length > 0 && choosesConstats(options)) {
    refuse(
      `--code, --groupe, --adresse, --since et --all choisissent des constats : pas avec ${rapports.join(', ')}.`,
    );
  }
  if (interfaces && options.domaine !== undefined) {
    refuse('--domaine ne convient pas à --interfaces : l’usage n’est pas compté par domaine.');
  }
}

function choosesConstats({ code, groupe, adresse, since, all }: ReportCommandOptions): boolean {
  return all || (code ?? groupe ?? adresse ?? since) !== undefined;
}

async function writeToFile(work: Work, path: string): Promise<void> {
  try {
    await writeDraftFile(path, work);
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
  format: ReportOptions['format'],
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
