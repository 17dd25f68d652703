import { InvalidArgumentError, type Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { dialectNames, type DialectName } from '../simulator/dialect.js';
import { faultNames, parseFaults, type Faults } from '../simulator/faults.js';
import { globalOptions, runWithProgram, runWithSettings, type CommandContext } from './context.js';
import { simulateFeed } from './simulate-feed.js';
import { simulatePsc } from './simulate-psc.js';
import { simulatePublish } from './simulate-publish.js';

type FeedCommandOptions = {
  port?: number;
  dialecte?: DialectName;
  fautes?: Faults;
  graine?: number;
  appelsParSeconde?: number;
  fautesParEnTete?: true;
  sansInventaire?: true;
  reinitialiser?: true;
  verbeux?: true;
};

type PublishCommandOptions = { out: string; date?: Date; sansAttendre?: true };

export function registerSimulate(program: Command, context: CommandContext): void {
  const simulate = program
    .command('simulate')
    .description("imite l'ANS, pour répéter sans risque : rien n'atteint l'Annuaire Santé");
  registerFeed(simulate, context);
  registerPsc(simulate, context);
  simulate
    .command('publish')
    .description("écrit l'annuaire simulé sous la forme d'une extraction nationale")
    .requiredOption('--out <dossier>', 'où écrire')
    .option('--date <date>', 'AAAA-MM-JJ ou AAAA-MM-JJThh:mmZ, heure de génération', parseDate)
    .option(
      '--sans-attendre',
      'n’attend pas la fin de la minute où une opération vient d’être faite',
    )
    .addHelpText(
      'after',
      `
Exemple : annuaire-sync simulate publish --out ./parutions && annuaire-sync extract bals --from ./parutions`,
    )
    .action(async (options: PublishCommandOptions, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      const { out: folder, date, sansAttendre } = options;
      await runWithSettings(context, settings, json, (open) =>
        simulatePublish(context, open, { folder, date, isPatient: sansAttendre !== true }),
      );
    });
}

function registerPsc(simulate: Command, context: CommandContext): void {
  simulate
    .command('psc')
    .description('sert une imitation de Pro Santé Connect, où chacun choisit qui il est')
    .addHelpText(
      'after',
      '\nArrêt : Ctrl-C ou SIGTERM. Demande les outils de développement (« npm install »).',
    )
    .action((_options: unknown, command: Command) =>
      runWithProgram(context, command, (open) => simulatePsc(context, open)),
    );
}

function registerFeed(simulate: Command, context: CommandContext): void {
  simulate
    .command('feed')
    .description("sert une imitation de l'API d'alimentation, sur l'extraction en service")
    .option('--port <n>', 'au lieu de « simulateur.port » ; 0 : un port libre', parsePort)
    .option('--dialecte <nom>', dialectNames.join(', '), parseDialect)
    .option('--appels-par-seconde <n>', '0 : sans limite', parseInteger)
    .option(
      '--fautes <parts>',
      `par exemple 429=0.05,couper=0.02,latence=50-200 (${faultNames.join(', ')}, latence)`,
      parseParts,
    )
    .option('--fautes-par-en-tete', 'un client peut demander une faute par X-Simulation-Faute')
    .option('--graine <n>', 'du tirage des fautes', parseInteger)
    .option('--sans-inventaire', 'sans vos APP, CAB et BAL en liste rouge')
    .option('--reinitialiser', "oublie ce qui a été simulé et repart de l'extraction en service")
    .option('--verbeux', 'une ligne par requête')
    .addHelpText('after', '\nArrêt : Ctrl-C ou SIGTERM. Mode d’emploi : docs/simulateur.md.')
    .action(async (options: FeedCommandOptions, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = withOptions(loadSettings(config, context.surroundings.env), options);
      await runWithSettings(context, settings, json, (open) =>
        simulateFeed(context, open, {
          isReset: options.reinitialiser === true,
          isVerbose: options.verbeux === true,
        }),
      );
    });
}

/** What the command line says goes before what the file says. */
function withOptions(settings: Settings, options: FeedCommandOptions): Settings {
  const { simulateur: simulator } = settings;
  return {
    ...settings,
    simulateur: {
      ...simulator,
      port: options.port ?? simulator.port,
      dialect: options.dialecte ?? simulator.dialect,
      faults: options.fautes ?? simulator.faults,
      randomSeed: options.graine ?? simulator.randomSeed,
      callsPerSecond: options.appelsParSeconde ?? simulator.callsPerSecond,
      isFaultByHeader: options.fautesParEnTete ?? simulator.isFaultByHeader,
      hasInventaire: options.sansInventaire ? false : simulator.hasInventaire,
    },
  };
}

function parsePort(text: string): number {
  const port = parseInteger(text);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('Port de 0 à 65535 attendu.');
}

function parseInteger(text: string): number {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('Nombre entier attendu.');
}

function parseDialect(text: string): DialectName {
  const name = dialectNames.find((known) => known === text);
  if (name) return name;
  throw new InvalidArgumentError(`Dialectes : ${dialectNames.join(', ')}.`);
}

function parseParts(text: string): Faults {
  const faults = parseFaults(text);
  if (typeof faults !== 'string') return faults;
  throw new InvalidArgumentError(faults);
}

function parseDate(text: string): Date {
  const isWellFormed = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}Z)?$/u.test(text);
  const date = new Date(text.replace(/Z$/u, ':00Z'));
  if (!isWellFormed || Number.isNaN(date.getTime())) {
    throw new UsageError(
      'DATE_INVALIDE',
      `--date « ${text} » : AAAA-MM-JJ ou AAAA-MM-JJThh:mmZ attendu.`,
    );
  }
  return date;
}
