// « inventory sync »: pulls the sources of the inventory, one after the other; one that fails does not stop the others.
import type { Command } from 'commander';
import type { SourceInventaireSettings } from '../config/inventaire-settings.js';
import { AppError, messageOf, UsageError, type ExitCode } from '../errors.js';
import { loadLignes, type ImportResult } from '../inventory/import.js';
import { ouvrirLdap, type FluxContext } from '../inventory/ldap/ouvrir.js';
import type { Ouverture } from '../inventory/lecture.js';
import { defaultInventaireLimits } from '../inventory/reading.js';
import { ouvrirSql } from '../inventory/sql/ouvrir.js';
import { listParts } from '../store/inventaire-parts.js';
import { print, runWithProgram, type CommandContext } from './context.js';
import { orphanAdvice } from './inventaire-status.js';
import {
  describeImport,
  getSource,
  importCsv,
  loadOptions,
  tracedImport,
  withLoadOptions,
  type LoadCommandOptions,
} from './inventory-load.js';
import { explainFault } from './known-fault.js';
import type { OpenProgram } from './program.js';

export type SyncResult =
  | { readonly source: string; readonly result: ImportResult }
  | { readonly source: string; readonly error: unknown };

export function registerInventorySync(inventory: Command, context: CommandContext): void {
  withLoadOptions(
    inventory
      .command('sync')
      .description('va chercher les sources de l’inventaire (csv, ldap, sql) et les met en service')
      .argument('[nom...]', 'sources à chercher ; sans nom, toutes'),
  )
    .addHelpText(
      'after',
      `
Une source qui échoue n'arrête pas les autres : son dernier état reste en service.
Codes de sortie : 0 tout est fait, 1 échec, 2 mauvais usage, 3 une source a été refusée par une garde.`,
    )
    .action(async (names: string[], options: LoadCommandOptions, command: Command) => {
      await runWithProgram(context, command, async (open) => {
        const results = await syncInventaires(context, open, names, options);
        const orphans = await listOrphans(open);
        const document = { sources: results.map(toJson), orphelines: orphans };
        print(context, open.isJson, document, () => describe(results, orphans, open));
        context.setExitCode(exitCodeOf(results));
      });
    });
}

export async function syncInventaires(
  context: CommandContext,
  open: OpenProgram,
  names: readonly string[],
  options: LoadCommandOptions,
): Promise<SyncResult[]> {
  const results: SyncResult[] = [];
  for (const source of chooseSources(open, names)) {
    try {
      results.push({
        source: source.nom,
        result: await tracedImport(context, open, source.nom, options, async () =>
          syncInventaire(context, open, source, options),
        ),
      });
    } catch (error) {
      if (context.surroundings.signal.aborted) throw error;
      results.push({ source: source.nom, error });
    }
  }
  return results;
}

function syncInventaire(
  context: CommandContext,
  open: OpenProgram,
  source: SourceInventaireSettings,
  options: LoadCommandOptions,
): Promise<ImportResult> {
  const loadFlux = (ouverture: Ouverture): Promise<ImportResult> =>
    loadLignes(
      open.pool,
      ouverture,
      loadOptions(context, source, options),
      open.progress,
      context.surroundings.now(),
    );
  switch (source.type) {
    case 'csv':
      if (source.fichier === undefined) throw notPulled(source.nom);
      return importCsv(context, open, source, source.fichier, options);
    case 'ldap':
      return loadFlux(ouvrirLdap(source.ldap, source, fluxContext(context, open)));
    case 'sql':
      return loadFlux(ouvrirSql(source.sql, source, fluxContext(context, open)));
    case 'http':
      throw notPulled(source.nom);
  }
}

function fluxContext({ surroundings }: CommandContext, { settings }: OpenProgram): FluxContext {
  const { lignesMax } = settings.inventaire;
  const { faultsKeptMax } = defaultInventaireLimits;
  return {
    now: surroundings.now(),
    limits: { rowsMax: lignesMax, faultsKeptMax },
    signal: surroundings.signal,
  };
}

/** Without names, all those that can be pulled. */
function chooseSources(
  open: OpenProgram,
  names: readonly string[],
): readonly SourceInventaireSettings[] {
  if (names.length > 0) return [...new Set(names)].map((nom) => getSource(open, nom));
  const sources = open.settings.inventaire.sources.filter(isPulled);
  if (sources.length > 0) return sources;
  throw new UsageError(
    'SOURCE_NON_INDIQUEE',
    'Aucune source d’inventaire à aller chercher : réglez inventaire.fichier ou inventaire.sources.',
  );
}

export function isPulled(source: SourceInventaireSettings): boolean {
  switch (source.type) {
    case 'csv':
      return source.fichier !== undefined;
    case 'ldap':
    case 'sql':
      return true;
    case 'http':
      return false;
  }
}

function notPulled(nom: string): UsageError {
  return new UsageError(
    'SOURCE_NON_TIREE',
    `La source d'inventaire « ${nom} » ne se cherche pas : elle est envoyée à l'API, ou donnée par « inventory import FICHIER --source ${nom} ».`,
  );
}

/** Sources that the settings no longer know, and whose lines are in service. */
async function listOrphans({ pool, settings }: OpenProgram): Promise<string[]> {
  const declared = new Set(settings.inventaire.sources.map(({ nom }) => nom));
  const parts = await listParts(pool);
  return parts.flatMap(({ nom }) => (declared.has(nom) ? [] : [nom])).sort();
}

function toJson(entry: SyncResult): object {
  if ('result' in entry) return entry.result;
  const known = explainFault(entry.error);
  const code = entry.error instanceof AppError ? entry.error.code : 'ECHEC_IMPORT';
  return {
    source: entry.source,
    outcome: 'failed',
    code,
    message: messageOf(known ?? entry.error),
  };
}

function describe(
  results: readonly SyncResult[],
  orphans: readonly string[],
  open: OpenProgram,
): string {
  const lines = results.map((entry) =>
    'result' in entry
      ? describeImport(entry.result, open)
      : `✗ Inventaire « ${entry.source} » : ${messageOf(explainFault(entry.error) ?? entry.error)}`,
  );
  return [...lines, ...orphans.map((nom) => `! ${orphanAdvice(nom)}`)].join('\n');
}

function exitCodeOf(results: readonly SyncResult[]): 0 | ExitCode {
  const codes = results.flatMap((entry) =>
    'error' in entry ? [explainFault(entry.error)?.exitCode ?? 1] : [],
  );
  return codes.length === 0 ? 0 : codes.includes(3) ? 3 : (codes[0] ?? 1);
}
