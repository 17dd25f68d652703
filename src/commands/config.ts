import type { Command } from 'commander';
import { checkGabarits } from '../notify/check-gabarits.js';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { configTemplate } from './config-template.js';
import { globalOptions, print, type CommandContext } from './context.js';

export function registerConfig(program: Command, context: CommandContext): void {
  const config = program.command('config').description('réglages : modèle commenté, vérification');
  config
    .command('init')
    .description('écrit un fichier de réglages commenté sur la sortie standard')
    .addHelpText('after', '\nExemple : annuaire-sync config init > annuaire-sync.yaml')
    .action(() => {
      context.surroundings.out.write(configTemplate);
    });
  config
    .command('check')
    .description('vérifie le fichier de réglages et dit toutes ses erreurs')
    .action((_options: unknown, command: Command) => {
      const options = globalOptions(command);
      const settings = loadSettings(options.config, context.surroundings.env);
      const avertissements = listWarnings(settings);
      // Told, and never in the way of the rest: the program's own texts leave instead.
      if (avertissements.length > 0) context.setExitCode(1);
      print(
        context,
        options.json,
        { valide: true, fichier: settings.configPath, avertissements },
        () =>
          [
            `${settings.configPath} : réglages valides, ${settings.operateur.domaines.length} domaines.`,
            ...avertissements.map((text) => `! ${text}`),
          ].join('\n'),
      );
    });
}

/** What the settings point to and would not be used. */
function listWarnings({ avis, operateur }: Settings): string[] {
  if (avis.dossierGabarits === undefined) return [];
  const domaines = operateur.domaines.map(({ nom }) => nom);
  return checkGabarits(avis.dossierGabarits, operateur.nom, domaines);
}
