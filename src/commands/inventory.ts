import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { SourceInventaireSettings } from '../config/inventaire-settings.js';
import { UsageError } from '../errors.js';
import type { ImportResult } from '../inventory/import.js';
import { inventaireTemplate } from '../inventory/template.js';
import { print, runWithProgram, type CommandContext } from './context.js';
import { registerInventoryAccept } from './inventory-accept.js';
import {
  describeImport,
  getSource,
  importCsv,
  withLoadOptions,
  tracedImport,
  type LoadCommandOptions,
} from './inventory-load.js';
import { registerInventoryParts } from './inventory-parts.js';
import { registerInventorySync } from './inventory-sync.js';
import type { OpenProgram } from './program.js';

type ImportCommandOptions = LoadCommandOptions & { readonly source?: string };

export function registerInventory(program: Command, context: CommandContext): void {
  const inventory = program
    .command('inventory')
    .description('inventaire : les BAL que vous hébergez');
  inventory
    .command('template')
    .description("écrit un modèle d'inventaire (CSV) sur la sortie standard")
    .addHelpText('after', '\nExemple : annuaire-sync inventory template > inventaire.csv')
    .action(() => {
      context.surroundings.out.write(inventaireTemplate());
    });
  withLoadOptions(
    inventory
      .command('import')
      .description('met en service un inventaire complet (une ligne par BAL et par rattachement)')
      .argument('[fichier]', 'CSV ; sans lui, celui des réglages')
      .option(
        '--source <nom>',
        'la source dont le fichier est tout (par défaut : celle du réglage inventaire.fichier)',
      ),
  )
    .addHelpText(
      'after',
      `
Toutes les erreurs sont dites d'un coup, avec ligne et colonne ; sans --skip-invalid, rien n'est importé tant qu'il en reste.
Codes de sortie : 0 fait, 1 échec, 2 mauvais usage, 3 refusé (rien n'a changé).`,
    )
    .action(async (file: string | undefined, options: ImportCommandOptions, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const result = await importInventory(context, open, file, options);
        print(context, open.isJson, result, () => describeImport(result, open));
      });
    });
  registerInventorySync(inventory, context);
  registerInventoryParts(inventory, context);
  registerInventoryAccept(inventory, context);
}

/** Imports `file`, else the one of the settings, as the whole of its source. */
export function importInventory(
  context: CommandContext,
  open: OpenProgram,
  file: string | undefined,
  options: ImportCommandOptions,
): Promise<ImportResult> {
  const source = chooseSource(open, options.source);
  const own = source.type === 'csv' ? source.fichier : undefined;
  const path = file === undefined ? own : resolve(file);
  if (path === undefined) {
    throw new UsageError(
      'INVENTAIRE_NON_INDIQUE',
      `Aucun fichier d'inventaire : indiquez-le (« inventory import FICHIER ») ou réglez inventaire.fichier.`,
    );
  }
  const { accept, skipInvalid } = options;
  return tracedImport(context, open, source.nom, { accept, skipInvalid, fichier: path }, () =>
    importCsv(context, open, source, path, options),
  );
}

/** The source named; without a name, the one of `inventaire.fichier`, or the only one. */
function chooseSource(open: OpenProgram, nom: string | undefined): SourceInventaireSettings {
  const { sources } = open.settings.inventaire;
  if (nom !== undefined) return getSource(open, nom);
  const [first, second] = sources;
  const found = sources.find((source) => source.nom === 'fichier') ?? (second ? undefined : first);
  if (found) return found;
  throw new UsageError(
    'SOURCE_NON_INDIQUEE',
    `Il y a plusieurs sources d'inventaire : dites de laquelle ce fichier est tout (--source ${sources.map((source) => source.nom).join(' | ')}).`,
  );
}
