// The program as it is run, on settings of an invented opérateur.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
