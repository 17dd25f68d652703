// The command line: names and options are part of the interface (docs and scripts rely on them).
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { registerConfig } from './commands/config.js';
import type { CommandContext } from './commands/context.js';
import { registerDemo } from './commands/demo.js';
import { registerExtract } from './commands/extract.js';
import { registerInventory } from './commands/inventory.js';
import { registerReconcile } from './commands/reconcile.js';
import { registerReport } from './commands/report.js';
import { registerSample } from './commands/sample.js';
import { registerStatus } from './commands/status.js';
import { speakFrench } from './commands/french-help.js';
import type { Surroundings } from './commands/program.js';
import { AppError, messageOf } from './errors.js';

/** Runs one command line; resolves to the exit code (0 done, 1 failed, 2 wrong usage, 3 refused). */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = 0;
  const reader = { isGone: false };
  // `report | head`: whoever reads our output has seen enough, which is no failure.
  surroundings.out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    reader.isGone = true;
  });
  const program = buildProgram({
    surroundings,
    setExitCode: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (reader.isGone && error instanceof Error && 'code' in error && error.code === 'EPIPE')
      return 0;
    return report(error, surroundings, program.opts<{ json?: boolean }>().json === true);
  }
}

function buildProgram(context: CommandContext): Command {
  const { surroundings } = context;
  const program = speakFrench(new Command('annuaire-sync'))
    .description("Tient les BAL d'un opérateur MSSanté en accord avec l'Annuaire Santé.")
    .option('-c, --config <fichier>', 'fichier de réglages', 'annuaire-sync.yaml')
    .option('--json', 'résultat en JSON sur la sortie standard', false)
    .version('0.1.0', '-V, --version', 'affiche la version')
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
  registerExtract(program, context);
  registerInventory(program, context);
  registerReconcile(program, context);
  registerReport(program, context);
  registerStatus(program, context);
  registerConfig(program, context);
  registerSample(program, context);
  registerDemo(program, context);
  return program;
}

/** Commander's own texts for wrong usage are short; everything else is ours. */
function report(error: unknown, { out, err, signal }: Surroundings, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof InvalidArgumentError) {
    err.write(`${error.message}\n`);
    return 2;
  }
  if (signal.aborted) {
    const message =
      'Arrêté à votre demande : ce qui était en cours est annulé, ce qui était en service y reste.';
    if (isJson) out.write(`${JSON.stringify({ erreur: { code: 'INTERROMPU', message } })}\n`);
    err.write(`${message}\n`);
    return 1;
  }
  const code = error instanceof AppError ? error.code : 'ERREUR_INATTENDUE';
  if (isJson) out.write(`${JSON.stringify({ erreur: { code, message: messageOf(error) } })}\n`);
  err.write(`${error instanceof AppError ? error.message : unexpected(error)}\n`);
  return error instanceof AppError ? error.exitCode : 1;
}

function unexpected(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Erreur inattendue, à signaler aux mainteneurs avec ce qui suit :\n${stack}`;
}
