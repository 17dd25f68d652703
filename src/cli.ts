// The command line: names and options are part of the interface (docs and scripts rely on them).
import { Command, CommanderError } from 'commander';
import type { CommandContext } from './commands/context.js';
import { loadFamilies } from './commands/families.js';
import { speakFrench, translateError } from './commands/french-help.js';
import { explainFault } from './commands/known-fault.js';
import { printableLines } from './report/layout.js';
import type { Surroundings } from './commands/program.js';
import { messageOf } from './errors.js';
import { programVersion } from './commands/version.js';

/** Runs one command line; resolves to the exit code (0 done, 1 failed, 2 wrong usage, 3 refused). */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0;
  const program = await buildProgram(argv, {
    surroundings,
    setExitCode: (code) => {
      exitCode = code;
    },
  });
  const outputFaults = new Set<unknown>();
  const noteFault = (error: Error): void => void outputFaults.add(error);
  surroundings.out.on('error', noteFault);
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    // Whoever reads us has read enough (« | head »); any other fault of the output is told by main.
    if (error instanceof Error && outputFaults.has(error)) return isReaderGone(error) ? 0 : 1;
    return report(error, surroundings, program.opts<{ json?: boolean }>().json === true);
  } finally {
    surroundings.out.off('error', noteFault);
  }
}

async function buildProgram(argv: readonly string[], context: CommandContext): Promise<Command> {
  const { surroundings } = context;
  const program = speakFrench(new Command('annuaire-sync'), argv)
    .description("Tient les BAL d'un opérateur MSSanté en accord avec l'Annuaire Santé.")
    .option('-c, --config <fichier>', 'fichier de réglages', 'annuaire-sync.yaml')
    .option('--json', 'résultat en JSON sur la sortie standard', false)
    .version(programVersion, '-V, --version', 'affiche la version')
    .helpOption('-h, --help', "affiche l'aide")
    .helpCommand('help [commande]', "affiche l'aide d'une commande")
    .configureOutput({
      writeOut: (text) => {
        surroundings.out.write(text);
      },
      writeErr: (text) => {
        surroundings.err.write(text);
      },
    })
    .showSuggestionAfterError()
    .exitOverride();
  for (const register of await loadFamilies(argv)) register(program, context);
  return program;
}

/** Commander's own texts for wrong usage are short; everything else is ours. */
function report(error: unknown, { out, err, signal }: Surroundings, isJson: boolean): number {
  const tellJson = (code: string, message: string): void => {
    if (isJson) out.write(`${JSON.stringify({ erreur: { code, message } })}\n`);
  };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    tellJson('USAGE', translateError(error.message));
    return 2;
  }
  if (signal.aborted) {
    const message =
      'Arrêté à votre demande : ce qui était en cours est annulé, ce qui était en service y reste.';
    tellJson('INTERROMPU', message);
    err.write(`${message}\n`);
    return 1;
  }
  const known = explainFault(error);
  tellJson(known?.code ?? 'ERREUR_INATTENDUE', known?.message ?? messageOf(error));
  err.write(`${printableLines(known?.message ?? unexpected(error))}\n`);
  return known?.exitCode ?? 1;
}

export function isReaderGone(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}

function unexpected(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Erreur inattendue, à signaler aux mainteneurs avec ce qui suit :\n${stack}`;
}
