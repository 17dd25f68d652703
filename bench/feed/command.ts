// The program as its user runs it: a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { findMigrationsDirectory } from '../../src/db/migrate.js';

const program = join(dirname(findMigrationsDirectory()), 'bin', 'annuaire-sync');

export type Command = {
  readonly child: ChildProcess;
  /** Its exit code (null when killed), and what it wrote. */
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
};

export function start(config: string, ...words: readonly string[]): Command {
  const child = spawn(process.execPath, [program, '--config', config, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, out, err }));
  return { child, ended };
}

/** What it wrote; throws what it said when it fails. */
export async function run(config: string, ...words: readonly string[]): Promise<string> {
  const { code, out, err } = await start(config, ...words).ended;
  if (code !== 0) throw new Error(`annuaire-sync ${words.join(' ')} : ${code}\n${err}\n${out}`);
  return out;
}
