// The builder is a process of its own: its memory is given back, and it may die without harm.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { BuildOutcome } from './build-snapshot.js';

export type BuilderCommand = {
  readonly file: string;
  readonly args: readonly string[];
  /** Undefined: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
};

/** Far above the time of a country on a slow machine. */
const buildMaxMs = 15 * 60_000;
/** What it is given to end by itself when it is to stop. */
const stopMaxMs = 5_000;

/**
 * Runs a program that writes its outcome as one line of JSON (`describeForParent`) and everything else on its standard
 * error, which `onLine` gets. It is stopped with `signal`, or when it lasts too long.
 *
 * @throws Error with the last line that it wrote, when it ends otherwise than well.
 */
export async function runBuilder(
  { file, args, env }: BuilderCommand,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const exit = once(child, 'exit');
  // A program that cannot be started makes `exit` fail.
  exit.catch(() => undefined);
  let outcome: BuildOutcome | undefined;
  let lastLine = '';
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => (outcome = parseOutcome(line) ?? outcome));
  const errors = createInterface({ input: child.stderr });
  errors.on('line', (line) => {
    lastLine = line;
    onLine(line);
  });
  const stopping = AbortSignal.any([signal, AbortSignal.timeout(buildMaxMs)]);
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), stopMaxMs);
  };
  stopping.addEventListener('abort', stop);
  if (stopping.aborted) stop();
  try {
    const ends = Promise.all([once(output, 'close'), once(errors, 'close')]);
    const [code, name] = (await exit) as [number | null, NodeJS.Signals | null];
    await ends;
    if (code === 0 && outcome) return outcome;
    throw new Error(lastLine || `le constructeur s'est arrêté (${name ?? `code ${code ?? '?'}`})`);
  } finally {
    clearTimeout(killTimer);
    stopping.removeEventListener('abort', stop);
  }
}

/** The line that `runBuilder` waits for. */
export function describeForParent(outcome: BuildOutcome): string {
  return JSON.stringify({ ldapSnapshot: outcome });
}

function parseOutcome(line: string): BuildOutcome | undefined {
  try {
    const value = JSON.parse(line) as { readonly ldapSnapshot?: BuildOutcome };
    return value.ldapSnapshot;
  } catch {
    return undefined;
  }
}
