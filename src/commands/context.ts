import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { silentProgress, type Progress } from '../progress.js';
import { printableLines } from '../report/layout.js';
import { withProgram, type OpenProgram, type Surroundings } from './program.js';
import { terminalProgress } from './terminal-progress.js';

/** What the functions that register commands share. */
export type CommandContext = {
  readonly surroundings: Surroundings;
  /** Set by a command whose result is not 0 although nothing was thrown. */
  setExitCode(code: number): void;
};

type GlobalOptions = { readonly config: string; readonly json: boolean };

export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}

/** Reads the settings that --config names, opens everything and runs `work`. */
export function runWithProgram<T>(
  context: CommandContext,
  command: Command,
  work: (program: OpenProgram) => Promise<T>,
): Promise<T> {
  const { config, json } = globalOptions(command);
  const settings = loadSettings(config, context.surroundings.env);
  return open(context, settings, json, work, `« ${pathOf(command)} »`);
}

/** As `runWithProgram`, for a command that writes nothing but, where it can, the trace of a reading: it runs on a replica too. */
export function runReading<T>(
  context: CommandContext,
  command: Command,
  work: (program: OpenProgram) => Promise<T>,
): Promise<T> {
  const { config, json } = globalOptions(command);
  return runReadingWith(context, loadSettings(config, context.surroundings.env), json, work);
}

/** As `runReading`, of settings that were read already. */
export function runReadingWith<T>(
  context: CommandContext,
  settings: Settings,
  isJson: boolean,
  work: (program: OpenProgram) => Promise<T>,
): Promise<T> {
  return open(context, settings, isJson, work, undefined);
}

export function runWithSettings<T>(
  context: CommandContext,
  settings: Settings,
  isJson: boolean,
  work: (program: OpenProgram) => Promise<T>,
): Promise<T> {
  return open(context, settings, isJson, work, 'Cette commande');
}

/** `writing`: what the command is called where nothing may be written; undefined: it only reads. */
function open<T>(
  { surroundings }: CommandContext,
  settings: Settings,
  json: boolean,
  work: (program: OpenProgram) => Promise<T>,
  writing: string | undefined,
): Promise<T> {
  const progress: Progress = json ? silentProgress : terminalProgress(surroundings.err);
  return withProgram(surroundings, settings, { json, progress, writing }, work);
}

/** As it is typed: « annuaire-sync plan approve ». */
function pathOf(command: Command): string {
  const before = command.parent ? `${pathOf(command.parent)} ` : '';
  return `${before}${command.name()}`;
}

/** The result of a command: JSON when asked for, else French text. */
export function print(
  { surroundings }: CommandContext,
  isJson: boolean,
  value: unknown,
  text: () => string,
): void {
  surroundings.out.write(isJson ? `${JSON.stringify(value)}\n` : `${printableLines(text())}\n`);
}

/** Who asks, for the record of a guard that was overruled. */
export function authorOf({ env }: Surroundings): string {
  const names = [env['SUDO_USER'], env['USER'], env['LOGNAME']];
  return names.find((name) => name !== undefined && name.trim() !== '') ?? systemAccount();
}

/** A container or a scheduled task may have no environment; an account may have no name. */
function systemAccount(): string {
  try {
    return userInfo().username;
  } catch {
    return 'inconnu';
  }
}
