// A server under measure, and how it is ended.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export type RunningServer = {
  readonly name: 'slapd' | 'annuaire-sync';
  readonly pid: number;
  readonly port: number;
  readonly tlsPort: number;
  /** From its start to its first answer. */
  readonly readyMs: number;
  readonly isAlive: () => boolean;
  readonly stop: () => Promise<void>;
};

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
}
