// One stage, as a process of its own or within this one: the same command line either way.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { runCli } from '../../src/cli.js';

const program = join(dirname(findMigrationsDirectory()), 'bin', 'annuaire-sync');
/** Found in the surroundings of every process of a round, and of no other. */
const mark = 'ANNUAIRE_SYNC_CAMPAGNE';

/** No stage of a round takes a tenth of this: one that does is stuck. */
const stuckAfterMs = 120_000;

export type Outcome = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isStuck: boolean;
  readonly text: string;
};

export type Surroundings = {
  readonly config: string;
  /** Where the process may write what is temporary. */
  readonly tmp: string;
  readonly mark: string;
  /** For node itself. */
  readonly nodeOptions?: readonly string[];
};

export type Running = { readonly child: ChildProcess; readonly ended: Promise<Outcome> };

export function startProgram(
  { config, tmp, mark: value, nodeOptions = [] }: Surroundings,
  words: readonly string[],
): Running {
  const child = spawn(process.execPath, [...nodeOptions, program, '--config', config, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: tmp, [mark]: value },
  });
  let text = '';
  let isStuck = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  }
  const guard = setTimeout(() => {
    isStuck = true;
    child.kill('SIGKILL');
  }, stuckAfterMs);
  const ended = once(child, 'close').then(() => {
    clearTimeout(guard);
    return { code: child.exitCode, signal: child.signalCode, isStuck, text };
  });
  return { child, ended };
}

/** The command line without the half second that a process takes to start. */
export async function runInside(config: string, words: readonly string[]): Promise<Outcome> {
  let text = '';
  const sink = (): Writable =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        text += piece.toString();
        done();
      },
    });
  const code = await runCli(['node', program, '--config', config, ...words], {
    out: sink(),
    err: sink(),
    env: process.env,
    signal: new AbortController().signal,
    now: () => new Date(),
  });
  return { code, signal: null, isStuck: false, text };
}

/** Numbers of the processes that bear the mark of a round. */
export function processesOf(value: string): number[] {
  const wanted = `${mark}=${value}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(wanted);
      } catch {
        return false;
      }
    })
    .map(Number);
}
