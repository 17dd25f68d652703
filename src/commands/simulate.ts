import { InvalidArgumentError, type Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { nomsDialectes, type NomDialecte } from '../simulateur/dialecte.js';
import { fautesSimples, parseFautes, type Fautes } from '../simulateur/fautes.js';
import { globalOptions, runWithSettings, type CommandContext } from './context.js';
import { simulateFeed } from './simulate-feed.js';
import { simulatePublish } from './simulate-publish.js';

type FeedCommandOptions = {
  port?: number;
  dialecte?: NomDialecte;
  fautes?: Fautes;
  graine?: number;
  appelsParSeconde?: number;
  fautesParEnTete?: true;
  sansInventaire?: true;
  reinitialiser?: true;
  verbeux?: true;
};

export function registerSimulate(program: Command, context: CommandContext): void {
  const simulate = program
    .command('simulate')
    .description("imite l'ANS, pour répéter sans risque : rien n'atteint l'Annuaire Santé");
  registerFeed(simulate, context);
  simulate
    .command('publish')
    .description("écrit l'annuaire simulé sous la forme d'une extraction nationale")
    .requiredOption('--out <dossier>', 'où écrire')
    .option('--date <date>', 'AAAA-MM-JJ ou AAAA-MM-JJThh:mmZ, heure de génération', parseDate)
    .addHelpText(
      'after',
      `
Exemple : annuaire-sync simulate publish --out ./parutions && annuaire-sync extract bals --from ./parutions`,
    )
    .action(async ({ out, date }: { out: string; date?: Date }, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      await runWithSettings(context, settings, json, (open) =>
        simulatePublish(context, open, out, date),
      );
    });
}

function registerFeed(simulate: Command, context: CommandContext): void {
  simulate
    .command('feed')
    .description("sert une imitation de l'API d'alimentation, sur l'extraction en service")
    .option('--port <n>', 'au lieu de « simulateur.port » ; 0 : un port libre', parsePort)
    .option('--dialecte <nom>', nomsDialectes.join(', '), parseDialecte)
    .option('--appels-par-seconde <n>', '0 : sans limite', parseNombre)
    .option(
      '--fautes <parts>',
      `par exemple 429=0.05,couper=0.02,latence=50-200 (${fautesSimples.join(', ')}, latence)`,
      parseParts,
    )
    .option('--fautes-par-en-tete', 'un client peut demander une faute par X-Simulation-Faute')
    .option('--graine <n>', 'du tirage des fautes', parseNombre)
    .option('--sans-inventaire', 'sans vos APP, CAB et BAL en liste rouge')
    .option('--reinitialiser', "oublie ce qui a été simulé et repart de l'extraction en service")
    .option('--verbeux', 'une ligne par requête')
    .addHelpText('after', '\nArrêt : Ctrl-C ou SIGTERM. Mode d’emploi : docs/simulateur.md.')
    .action(async (options: FeedCommandOptions, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = withOptions(loadSettings(config, context.surroundings.env), options);
      await runWithSettings(context, settings, json, (open) =>
        simulateFeed(context, open, {
          isReinitialise: options.reinitialiser === true,
          isVerbeux: options.verbeux === true,
        }),
      );
    });
}

/** What the command line says goes before what the file says. */
function withOptions(settings: Settings, options: FeedCommandOptions): Settings {
  const { simulateur } = settings;
  return {
    ...settings,
    simulateur: {
      ...simulateur,
      port: options.port ?? simulateur.port,
      dialecte: options.dialecte ?? simulateur.dialecte,
      fautes: options.fautes ?? simulateur.fautes,
      graine: options.graine ?? simulateur.graine,
      appelsParSeconde: options.appelsParSeconde ?? simulateur.appelsParSeconde,
      fautesParEnTete: options.fautesParEnTete ?? simulateur.fautesParEnTete,
      avecInventaire: options.sansInventaire ? false : simulateur.avecInventaire,
    },
  };
}

function parsePort(texte: string): number {
  const port = parseNombre(texte);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('Port de 0 à 65535 attendu.');
}

function parseNombre(texte: string): number {
  if (/^\d{1,9}$/u.test(texte)) return Number(texte);
  throw new InvalidArgumentError('Nombre entier attendu.');
}

function parseDialecte(texte: string): NomDialecte {
  const nom = nomsDialectes.find((known) => known === texte);
  if (nom) return nom;
  throw new InvalidArgumentError(`Dialectes : ${nomsDialectes.join(', ')}.`);
}

function parseParts(texte: string): Fautes {
  const fautes = parseFautes(texte);
  if (typeof fautes !== 'string') return fautes;
  throw new InvalidArgumentError(fautes);
}

function parseDate(texte: string): Date {
  const isForme = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}Z)?$/u.test(texte);
  const date = new Date(texte.replace(/Z$/u, ':00Z'));
  if (!isForme || Number.isNaN(date.getTime())) {
    throw new UsageError(
      'DATE_INVALIDE',
      `--date « ${texte} » : AAAA-MM-JJ ou AAAA-MM-JJThh:mmZ attendu.`,
    );
  }
  return date;
}
