// The program as it is run, on settings of an invented opérateur.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli.js';

/** To be given to node. */
export const mainProgram = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export type CommandResult = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Writes a settings file in `folder`, and returns its path. */
export function writeCommandSettings(folder: string, databaseUrl: string): string {
  const config = join(folder, 'annuaire-sync.yaml');
  writeFileSync(
    config,
    `database: { url: '${databaseUrl}' }\noperateur: { nom: Exemple, domaines: [chu-exemple.mssante.fr] }\n`,
  );
  return config;
}

/** Runs one command to its end. `out`: file descriptor that gets its result, instead of `stdout` here. */
export function runCommand(config: string, args: readonly string[], out?: number): CommandResult {
  return spawnSync(process.execPath, [mainProgram, '-c', config, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', out ?? 'pipe', 'pipe'],
  });
}

/** The same in this process, without the second that each process takes to start: where nothing hangs on the process itself. */
export async function runHere(
  config: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  signal = new AbortController().signal,
): Promise<CommandResult> {
  const out = collect();
  const err = collect();
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    out: out.stream,
    err: err.stream,
    env: { ...process.env, ...env },
    signal,
    now: () => new Date(),
  });
  return { status, stdout: out.text(), stderr: err.text() };
}

function collect(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
