// One command, run in the process of the test: at the moment that the test tells, on the terminal that it describes.
import { Writable } from 'node:stream';
import { runCli } from '../../src/cli.js';

export type InProcessOptions = {
  readonly now?: Date;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly isTTY?: boolean;
};

export type InProcessResult = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
};

export async function runHere(
  config: string,
  args: readonly string[],
  { now, env = {}, columns = 100, isTTY = false }: InProcessOptions = {},
): Promise<InProcessResult> {
  const [out, err] = [new Kept(columns, isTTY), new Kept(columns, isTTY)];
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    out,
    err,
    env: { USER: 'essai', ...env },
    signal: new AbortController().signal,
    now: () => now ?? new Date(),
  });
  return { status, stdout: out.text, stderr: err.text };
}

class Kept extends Writable {
  readonly columns: number;
  readonly isTTY: boolean;
  #text = '';

  constructor(columns: number, isTTY: boolean) {
    super();
    this.columns = columns;
    this.isTTY = isTTY;
  }

  get text(): string {
    return this.#text;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#text += chunk.toString('utf8');
    done();
  }
}
