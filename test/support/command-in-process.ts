// A command as the program runs it, in this process: one of its own takes a second on a busy machine.
import { PassThrough } from 'node:stream';
import { runCli } from '../../src/cli.js';
import type { CommandResult } from './command.js';

export async function runInProcess(
  config: string,
  args: readonly string[],
  now: () => Date = () => new Date(),
  horloge?: () => Date,
): Promise<CommandResult> {
  const [out, err] = [gather(), gather()];
  const status = await runCli(['node', 'annuaire-sync', '-c', config, ...args], {
    out: out.stream,
    err: err.stream,
    env: process.env,
    signal: new AbortController().signal,
    now,
    ...(horloge && { horloge }),
  });
  return { status, stdout: out.text(), stderr: err.text() };
}

function gather(): { readonly stream: PassThrough; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
