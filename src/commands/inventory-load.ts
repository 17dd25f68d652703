// What « inventory import » and « inventory sync » share.
import type { Command } from 'commander';
import type { SourceInventaireSettings } from '../config/inventaire-settings.js';
import { UsageError } from '../errors.js';
import { importInventaire, type ImportResult, type LoadOptions } from '../inventory/import.js';
import { authorOf, type CommandContext } from './context.js';
import type { OpenProgram } from './program.js';
import { tracer, type SuiteCommande } from './tracer.js';

export type LoadCommandOptions = { readonly accept: boolean; readonly skipInvalid: boolean };

export function withLoadOptions(command: Command): Command {
  return command
    .option('--accept', 'passe outre une garde (inventaire rétréci…) ; la trace en reste', false)
    .option(
      '--skip-invalid',
      'importe les lignes justes ; les BAL des autres restent comme elles sont',
      false,
    );
}

/** A file may stand for any source: what an LDAP directory cannot give today, its administrator can export. */
export function importCsv(
  context: CommandContext,
  open: OpenProgram,
  source: SourceInventaireSettings,
  path: string,
  options: LoadCommandOptions,
): Promise<ImportResult> {
  const { inventaire } = open.settings;
  const { encoding, delimiter } = source.type === 'csv' ? source.lecture : inventaire.lecture;
  return importInventaire(
    open.pool,
    path,
    {
      ...loadOptions(context, source, options),
      encoding,
      delimiter,
      limits: { rowsMax: inventaire.lignesMax },
    },
    open.progress,
    context.surroundings.now(),
  );
}

export function loadOptions(
  { surroundings }: CommandContext,
  source: SourceInventaireSettings,
  { accept, skipInvalid }: LoadCommandOptions,
): LoadOptions {
  return {
    source,
    guards: { lostRatioMax: source.retrecissementMax },
    skipInvalid: skipInvalid || source.ignorerFautives,
    acceptedBy: accept ? authorOf(surroundings) : undefined,
    signal: surroundings.signal,
  };
}

export function getSource({ settings }: OpenProgram, nom: string): SourceInventaireSettings {
  const { sources } = settings.inventaire;
  const found = sources.find((source) => source.nom === nom);
  if (found) return found;
  throw new UsageError(
    'SOURCE_INCONNUE',
    `« ${nom} » n'est pas une source d'inventaire des réglages. Sources : ${sources.map((source) => source.nom).join(', ')}.`,
  );
}

/** One run: of a source, whatever way its lines come in. */
export function tracedImport(
  { surroundings }: CommandContext,
  { pool }: OpenProgram,
  source: string,
  options: LoadCommandOptions & { readonly fichier?: string },
  work: () => Promise<ImportResult>,
): Promise<ImportResult> {
  return tracer(
    { pool, surroundings },
    {
      action: 'inventaire.import',
      genre: 'programme',
      objets: [{ genre: 'source', id: source }],
      requete: { ...options },
    },
    work,
    traceOfImport,
  );
}

export function traceOfImport(result: ImportResult): SuiteCommande {
  const { outcome, runId, loadId, lineCount, rejectedLineCount, balCount } = result;
  const { addedCount, goneCount, refreshedCount, faultCount, acceptedGuards, warnings } = result;
  return {
    reponse: {
      ...{ outcome, runId, loadId, lineCount, rejectedLineCount, balCount },
      ...{ addedCount, goneCount, refreshedCount, faultCount, acceptedGuards },
      warnings: warnings.slice(0, 10),
    },
  };
}

export function describeImport(result: ImportResult, { settings }: OpenProgram): string {
  const count = (value: number): string => value.toLocaleString('fr-FR');
  const label =
    settings.inventaire.sources.length === 1 ? 'Inventaire' : `Inventaire « ${result.source} »`;
  const head =
    result.outcome === 'unchanged'
      ? `= ${label} inchangé : ${count(result.balCount)} BAL en service`
      : `✓ ${label} : ${count(result.balCount)} BAL en service` +
        (result.isFull
          ? ''
          : ` (${count(result.addedCount)} lignes nouvelles, ${count(result.goneCount)} disparues, ` +
            `${count(result.refreshedCount)} actualisées)`);
  return [head, ...result.warnings.map((warning) => `  ! ${warning}`)].join('\n');
}
