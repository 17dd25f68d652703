import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { importInventaire, type ImportOptions, type ImportResult } from '../inventory/import.js';
import { inventaireTemplate } from '../inventory/template.js';
import { authorOf, print, runWithProgram, type CommandContext } from './context.js';
import type { OpenProgram } from './program.js';

type ImportCommandOptions = { readonly accept: boolean; readonly skipInvalid: boolean };

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
  inventory
    .command('import')
    .description('met en service un inventaire complet (une ligne par BAL et par rattachement)')
    .argument('[fichier]', 'CSV ; sans lui, inventaire.fichier des réglages')
    .option('--accept', 'passe outre une garde (inventaire rétréci…) ; la trace en reste', false)
    .option(
      '--skip-invalid',
      'importe les lignes justes ; les BAL des autres restent comme elles sont',
      false,
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
        print(context, open.isJson, result, () => describeImport(result));
      });
    });
}

/** Imports `file`, else the one of the settings. */
export function importInventory(
  { surroundings }: CommandContext,
  open: OpenProgram,
  file: string | undefined,
  options: ImportCommandOptions,
): Promise<ImportResult> {
  const path = file === undefined ? open.settings.inventaire.fichier : resolve(file);
  if (path === undefined) {
    throw new UsageError(
      'INVENTAIRE_NON_INDIQUE',
      `Aucun fichier d'inventaire : indiquez-le (« inventory import FICHIER ») ou réglez inventaire.fichier.`,
    );
  }
  return importInventaire(
    open.pool,
    path,
    {
      ...readOptions(open),
      skipInvalid: options.skipInvalid,
      acceptedBy: options.accept ? authorOf(surroundings) : undefined,
      signal: surroundings.signal,
    },
    open.progress,
    surroundings.now(),
  );
}

function readOptions({ settings }: OpenProgram): ImportOptions {
  const { encodage, separateur, retrecissementMax, lignesMax } = settings.inventaire;
  return {
    encoding: encodage === 'auto' ? undefined : encodage,
    delimiter: separateur === 'auto' ? undefined : separateur === 'tab' ? '\t' : separateur,
    guards: { lostRatioMax: retrecissementMax },
    limits: { rowsMax: lignesMax },
  };
}

export function describeImport(result: ImportResult): string {
  const count = (value: number): string => value.toLocaleString('fr-FR');
  const head =
    result.outcome === 'unchanged'
      ? `= Inventaire inchangé : ${count(result.balCount)} BAL en service`
      : `✓ Inventaire : ${count(result.balCount)} BAL en service` +
        (result.isFull
          ? ''
          : ` (${count(result.addedCount)} lignes nouvelles, ${count(result.goneCount)} disparues, ` +
            `${count(result.refreshedCount)} actualisées)`);
  return [head, ...result.warnings.map((warning) => `  ! ${warning}`)].join('\n');
}
