// « daemon »: everything that the settings enable, until it is told to stop.
import { hostname } from 'node:os';
import { Option, type Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { globalOptions, type CommandContext } from './context.js';
import { registerDaemonEtape } from './daemon-etape.js';
import { openJournal } from './journal.js';
import { nomsServices } from './daemon-services.js';
import { Superviseur, type Parts } from './daemon-superviseur.js';

const parties = ['ldap', 'web', 'etapes'] as const;
type Partie = (typeof parties)[number];

type Options = { readonly sans?: readonly Partie[]; readonly noeud?: string };
type RunOptions = Options & {
  readonly json: boolean;
  readonly auxiliaires?: readonly (readonly string[])[];
};

export function registerDaemon(program: Command, context: CommandContext): void {
  const daemon = program
    .command('daemon')
    .description('fait tourner tout ce que les réglages demandent : étapes à leur heure, LDAP, web')
    .addOption(new Option('--sans <partie...>', 'sans cette partie, sur ce nœud').choices(parties))
    .option('--noeud <nom>', 'nom de ce nœud, au lieu de « planification.noeud »')
    .addHelpText(
      'after',
      `
Arrêt : Ctrl-C ou SIGTERM. Réglages et certificats relus : SIGHUP. Mode d’emploi : docs/daemon.md.

Exemples :
  annuaire-sync daemon
  annuaire-sync daemon --sans etapes        un nœud de plus, qui ne fait que servir`,
    )
    .action(async (options: Options, command: Command) => {
      const { config, json } = globalOptions(command);
      const settings = loadSettings(config, context.surroundings.env);
      await runDaemon(context, settings, { ...options, json });
      if (settings.database.url !== undefined) endSoon();
    });
  registerDaemonEtape(daemon, context);
}

export async function runDaemon(
  { surroundings }: CommandContext,
  settings: Settings,
  { sans = [], noeud, json, auxiliaires = [] }: RunOptions,
): Promise<void> {
  const parts = partsOf(settings, new Set(sans));
  const superviseur = new Superviseur({
    surroundings,
    settings,
    parts,
    auxiliaires,
    noeud: noeud ?? settings.planification.noeud ?? hostname(),
    log: openJournal(surroundings, settings, { isJson: json }),
    env: envOf(surroundings.env, json || settings.journaux.format === 'json'),
  });
  await superviseur.run();
}

/** A question to a base that says nothing keeps its connection, and this process, for longer than an end may take. */
function endSoon(): void {
  setTimeout(() => process.exit(), 500).unref();
}

/** Of what the daemon starts: what it tells is read with the daemon's own lines. */
function envOf(env: NodeJS.ProcessEnv, isJson: boolean): NodeJS.ProcessEnv {
  return isJson ? { ...env, ANNUAIRE_SYNC_JOURNAL: 'json' } : env;
}

function partsOf({ planification }: Settings, sans: ReadonlySet<Partie>): Parts {
  const isOn = (partie: Partie): boolean => planification.services[partie] && !sans.has(partie);
  const services = new Set(nomsServices.filter(isOn));
  if (services.size > 0 || isOn('etapes')) return { services, etapes: isOn('etapes') };
  throw new UsageError(
    'RIEN_A_FAIRE',
    'Ce nœud n’aurait rien à faire : laissez-lui une partie au moins (--sans, « planification.services »).',
  );
}
