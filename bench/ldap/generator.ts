// The load generator and the null server: compiled here with the machine's gcc, run as processes of their own.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';

export type Generator = { readonly load: string; readonly nullServer: string };

export type Load = {
  readonly port: number;
  readonly requests: string;
  readonly connections: number;
  readonly depth: number;
  readonly isDial: boolean;
  readonly isTls: boolean;
  readonly seconds: number;
  /** Answers that the same server gave earlier; each that differs is a mismatch. */
  readonly expect: string | undefined;
};

const figures = z.object({
  requests: z.number(),
  entries: z.number(),
  mismatches: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
  /** How many answers had each result code. */
  codes: z.record(z.string(), z.number()),
});
const loadResult = figures.extend({
  seconds: z.number(),
  cpuSeconds: z.number(),
  kinds: z.array(figures.extend({ kind: z.number() })),
});
export type LoadResult = z.infer<typeof loadResult>;

const run = promisify(execFile);

/** Sources stay beside this module's TypeScript; what is compiled goes to `folder`. */
export function compileGenerator(folder: string): Generator {
  mkdirSync(folder, { recursive: true });
  const sources = join(import.meta.dirname, '..', '..', '..', 'bench', 'ldap');
  const flags = ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-Werror'];
  const compile = (output: string, names: readonly string[], libraries: readonly string[]) => {
    const paths = names.map((name) => join(sources, name));
    execFileSync('gcc', [...flags, '-o', output, ...paths, ...libraries], { stdio: 'inherit' });
    return output;
  };
  return {
    load: compile(
      join(folder, 'load'),
      ['load.c', 'load-records.c', 'load-tls.c'],
      ['-lssl', '-lcrypto'],
    ),
    nullServer: compile(join(folder, 'null-server'), ['null-server.c'], []),
  };
}

/** Ends after `seconds` or at `until`. Fails when the server cuts, refuses or stays silent, or answers otherwise than before. */
export async function runLoad(
  generator: Generator,
  load: Load,
  until?: AbortSignal,
): Promise<LoadResult> {
  const running = run(generator.load, [
    `port=${load.port}`,
    `requests=${load.requests}`,
    `connections=${load.connections}`,
    `depth=${load.depth}`,
    `seconds=${load.seconds}`,
    `dial=${load.isDial ? 1 : 0}`,
    `tls=${load.isTls ? 1 : 0}`,
    ...(load.expect === undefined ? [] : [`expect=${load.expect}`]),
  ]);
  until?.addEventListener('abort', () => running.child.kill('SIGTERM'), { once: true });
  const { stdout } = await running;
  const result = loadResult.parse(JSON.parse(stdout));
  if (result.requests === 0) throw new Error(`no answer within ${load.seconds} s`);
  if (result.mismatches > 0) {
    throw new Error(`${result.mismatches} answers differ from what the same server said before`);
  }
  return result;
}

/** Every request once, untimed; what each was answered goes to `answers`. */
export async function runOnce(
  generator: Generator,
  port: number,
  requests: string,
  answers: string,
): Promise<void> {
  await run(generator.load, [
    ...[`port=${port}`, `requests=${requests}`, `answers=${answers}`],
    ...['once=1', 'connections=8'],
  ]);
}

/** What the generator does when nobody makes it wait: `entries` of 500 bytes per answer. */
export async function measureNullServer(
  generator: Generator,
  entries: number,
  load: Omit<Load, 'port' | 'expect' | 'isTls'>,
): Promise<LoadResult> {
  const server = spawn(generator.nullServer, [`entries=${entries}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      return await runLoad(generator, {
        ...load,
        port: Number(line),
        isTls: false,
        expect: undefined,
      });
    }
    throw new Error('the null server told no port');
  } finally {
    server.kill();
  }
}
