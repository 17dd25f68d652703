// Running PostgreSQL's programs under an account that they accept: they refuse root.
import { spawn } from 'node:child_process';

/** The account that owns and runs the server when we are root; undefined: our own. */
export type ServerUser = { readonly uid: number; readonly gid: number; readonly name: string };

export type RunResult = { readonly isOk: boolean; readonly output: string };

/** Runs a short command to its end; never throws. `output` is both its streams, or why it could not run. */
export async function runAs(
  user: ServerUser | undefined,
  command: string,
  args: readonly string[],
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      if (output.length < outputCharsMax) output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // Not spawn's own timeout: its timer outlives a program that could not be started, and keeps ours alive.
    const timer = setTimeout(() => child.kill('SIGKILL'), runTimeoutMs);
    const settle = (result: RunResult): void => {
      clearTimeout(timer);
      resolve(result);
    };
    child.on('error', (error) => settle({ isOk: false, output: error.message }));
    child.on('close', (code) => settle({ isOk: code === 0, output: output.trim() }));
  });
}

/** PG* variables of the administrator's shell must not steer the private server; messages are matched in English. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PG') && !name.startsWith('LC_') && name !== 'LANGUAGE',
  );
  return { ...Object.fromEntries(inherited), LANG: 'C', LC_ALL: 'C' };
}

// initdb takes under a second on a common disk; minutes mean that the disk is dying.
const runTimeoutMs = 300_000;
const outputCharsMax = 100_000;
