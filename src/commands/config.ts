import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
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
      print(
        context,
        options.json,
        { valide: true, fichier: settings.configPath },
        () =>
          `${settings.configPath} : réglages valides, ${settings.operateur.domaines.length} domaines.`,
      );
    });
}
