import type { Command } from 'commander';
import { isSourceName, sourceNames, type SourceName } from '../domain/source.js';
import { AppError, messageOf, RefusedError, UsageError, type ExitCode } from '../errors.js';
import { catalogue } from '../extractions/catalogue.js';
import { extractSource, type ExtractOutcome } from '../extractions/extract.js';
import { explainFault } from './known-fault.js';
import { authorOf, print, runWithProgram, type CommandContext } from './context.js';
import type { OpenProgram, Surroundings } from './program.js';
import { suivreDemandes } from './demandes-suivi.js';
import { extractSettings } from './source-settings.js';
import { issueOf, tracer } from './tracer.js';
import { chargementOf, voirTelechargement } from './usage-counter.js';

export function registerExtract(program: Command, context: CommandContext): void {
  program
    .command('extract')
    .description('met en service la dernière version des extractions nationales')
    .argument(
      '[sources...]',
      `${sourceNames.join(', ')} ; sans argument, toutes celles qui sont actives`,
    )
    .option(
      '--from <chemin|url>',
      'fichier, dossier ou adresse, pour cette fois (une seule source)',
    )
    .option(
      '--accept',
      'passe outre une garde (rétrécissement, changement massif…) ; la trace en reste',
      false,
    )
    .addHelpText(
      'after',
      `
Exemples :
  annuaire-sync extract                        toutes les sources actives
  annuaire-sync extract bals --from ./dossier  le fichier le plus récent du dossier
Codes de sortie : 0 fait, 1 échec, 2 mauvais usage, 3 refusé par une garde (rien n'a changé).`,
    )
    .action(
      async (names: string[], options: { from?: string; accept: boolean }, command: Command) => {
        const sources = names.map(parseSource);
        refuseUnknownScheme(options.from);
        await runWithProgram(context, command, async (open) => {
          const results = await extractSources(open, context.surroundings, {
            sources,
            from: options.from,
            isAccepted: options.accept,
          });
          print(context, open.isJson, results.map(toJson), () =>
            results.map(describeResult).join('\n'),
          );
          context.setExitCode(exitCodeOf(results));
          // Last: whatever befalls it, what was extracted has been told.
          await suivreDemandes(open, context.surroundings);
        });
      },
    );
}

function parseSource(name: string): SourceName {
  if (isSourceName(name)) return name;
  throw new UsageError(
    'SOURCE_INCONNUE',
    `« ${name} » n'est pas une source. Sources : ${sourceNames.join(', ')}.`,
  );
}

function refuseUnknownScheme(from: string | undefined): void {
  if (from === undefined || (from !== '' && !/^(?!https?:)[a-z][a-z0-9+.-]*:\/\//iu.test(from))) {
    return;
  }
  throw new UsageError(
    'FROM_INVALIDE',
    `--from « ${from} » : indiquez un fichier, un dossier, ou une adresse https:// (ou http://).`,
  );
}

function toJson(result: SourceResult): unknown {
  if (!('error' in result)) return { source: result.source, ...result.outcome };
  const { source, error } = result;
  const known = explainFault(error);
  const code = known?.code ?? 'ERREUR_INATTENDUE';
  return { source, kind: 'error', code, message: messageOf(known ?? error) };
}

export type ExtractCommandOptions = {
  readonly sources: readonly SourceName[];
  readonly from: string | undefined;
  readonly isAccepted: boolean;
};

export type SourceResult =
  | { readonly source: SourceName; readonly outcome: ExtractOutcome }
  | { readonly source: SourceName; readonly error: unknown };

/** The sources asked for, else all those that the settings enable. One that fails does not stop the next. */
export function extractSources(
  program: OpenProgram,
  surroundings: Surroundings,
  options: ExtractCommandOptions,
): Promise<SourceResult[]> {
  const sources = options.sources.length > 0 ? options.sources : enabledSources(program);
  return tracer(
    { pool: program.pool, surroundings },
    {
      action: 'extraction',
      genre: 'programme',
      objets: sources.map((id) => ({ genre: 'source', id })),
      requete: { depuis: options.from, acceptees: options.isAccepted },
    },
    () => extractAll(program, surroundings, { ...options, sources }),
    (results) => ({
      issue: issueOf(exitCodeOf(results)),
      reponse: { sources: results.map(toTrace) },
    }),
  );
}

function toTrace(result: SourceResult): unknown {
  if ('error' in result) return toJson(result);
  const { source, outcome } = result;
  if (outcome.kind !== 'loaded') return { source, ...outcome };
  const { version, lineCount, addedCount, goneCount, rejectedCount } = outcome.load;
  return { source, kind: outcome.kind, version, lineCount, addedCount, goneCount, rejectedCount };
}

async function extractAll(
  program: OpenProgram,
  surroundings: Surroundings,
  options: ExtractCommandOptions,
): Promise<SourceResult[]> {
  const { sources } = options;
  if (options.from !== undefined && sources.length !== 1) {
    throw new UsageError(
      'FROM_SANS_SOURCE',
      `--from demande une seule source, par exemple « extract bals --from ./dossier ».`,
    );
  }
  const results: SourceResult[] = [];
  for (const source of sources) {
    // Not skipped in silence: whoever scheduled the command must see that it did not do all.
    results.push(
      surroundings.signal.aborted
        ? { source, error: stopped() }
        : await extractOne(program, surroundings, source, options),
    );
  }
  return results;
}

async function extractOne(
  program: OpenProgram,
  surroundings: Surroundings,
  source: SourceName,
  options: ExtractCommandOptions,
): Promise<SourceResult> {
  const compterChargement = chargementOf(program, source, options.from);
  try {
    const outcome = await extractSource(
      program.pool,
      {
        source,
        isAccepted: options.isAccepted,
        author: authorOf(surroundings),
        now: surroundings.now(),
      },
      extractSettings(
        program.settings,
        source,
        options.from,
        program.compter && voirTelechargement(program.compter, source),
      ),
      program.progress,
      surroundings.signal,
    );
    compterChargement(
      outcome.kind === 'loaded' ? 'reussite' : 'inchange',
      outcome.kind === 'loaded' ? outcome.load : undefined,
    );
    return { source, outcome };
  } catch (error) {
    compterChargement(error instanceof RefusedError ? 'refus' : 'indisponible');
    return { source, error: surroundings.signal.aborted ? stopped() : error };
  }
}

function stopped(): AppError {
  return new AppError(
    'INTERROMPU',
    "Arrêté à votre demande : rien n'a changé pour cette source. Relancez la commande pour la reprendre.",
  );
}

function enabledSources(program: OpenProgram): SourceName[] {
  return sourceNames.filter((source) => program.settings.sources[source].actif);
}

/** One French line for the terminal. */
export function describeResult(result: SourceResult): string {
  const label = catalogue[result.source].label;
  if ('error' in result)
    return `✗ ${label}\n${indent(messageOf(explainFault(result.error) ?? result.error))}`;
  const { outcome } = result;
  switch (outcome.kind) {
    case 'unchanged':
      return `= ${label} : version ${outcome.version} déjà en service`;
    case 'nothing-new':
      return `= ${label} : l'ANS n'a rien publié de nouveau`;
    case 'loaded': {
      const { load } = outcome;
      const count = (value: number): string => value.toLocaleString('fr-FR');
      const changes = load.isFull
        ? ''
        : `, ${count(load.addedCount)} nouvelles, ${count(load.goneCount)} disparues`;
      const rejected = load.rejectedCount > 0 ? `, ${count(load.rejectedCount)} rejetées` : '';
      return [
        `✓ ${label} : ${count(load.lineCount)} lignes${changes}${rejected} (${load.version})`,
        ...load.warnings.map((warning) => `  ! ${warning}`),
      ].join('\n');
    }
    default:
      return outcome satisfies never;
  }
}

/** The worst of what happened: a refusal (3) tells more than a failure (1). */
export function exitCodeOf(results: readonly SourceResult[]): 0 | ExitCode {
  const codes = results.flatMap((result) =>
    'error' in result ? [explainFault(result.error)?.exitCode ?? 1] : [],
  );
  return codes.length === 0 ? 0 : codes.includes(3) ? 3 : (codes[0] ?? 1);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
