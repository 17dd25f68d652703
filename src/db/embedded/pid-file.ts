// postmaster.pid, which PostgreSQL writes itself: the only record of which process serves a data folder, and where.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type PidFile = {
  readonly pid: number;
  readonly port: number;
  readonly isServing: boolean;
};

export function pidFilePath(dataPath: string): string {
  return join(dataPath, 'postmaster.pid');
}

/** Undefined when there is none, or when it is not yet (or no longer) whole. */
export async function readPidFile(dataPath: string): Promise<PidFile | undefined> {
  const text = await readFile(pidFilePath(dataPath), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!isPositive(pid) || !isPositive(port)) return undefined;
  return { pid, port, isServing: await isServerProcess(pid, dataPath) };
}

/** Whether the process is a server of this very folder: numbers are reused after a crash. */
export async function isServerProcess(pid: number, dataPath: string): Promise<boolean> {
  return isProcessAlive(pid) && (await commandOf(pid)).includes(dataPath);
}

function isPositive(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

export function isProcessAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Command line of a process; empty for one that ended and was not yet waited for. */
async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(
    () => ({ stdout: '' }),
  );
  return stdout;
}
