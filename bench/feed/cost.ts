// Processor time, which says more than a clock on a machine that others use too.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from '../../src/db/pool.js';

/** Milliseconds of processor of a process and of those that it has waited for; 0 once it has ended. */
export function cpuMsOf(pid: number): number {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    // utime, stime, cutime, cstime (proc(5)), in hundredths of a second.
    const ticks = fields.split(' ').slice(11, 15).map(Number);
    return ticks.reduce((sum, one) => sum + one, 0) * 10;
  } catch {
    return 0;
  }
}

/** The last figure seen while it lived. */
export async function cpuMsUntil(pid: number, ended: Promise<unknown>): Promise<number> {
  let [cpuMs, isOver] = [0, false];
  void ended.then(() => (isOver = true));
  while (!isOver) {
    cpuMs = Math.max(cpuMs, cpuMsOf(pid));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return cpuMs;
}

export type Meter = { readonly cpuMs: number; readonly transactions: number };

/** Of a server on this machine: its sessions, ended ones included, and the transactions of the database of `pool`. */
export async function readPostgres(pool: Pool): Promise<Meter> {
  const { rows } = await pool.query<{ folder: string; transactions: number }>(
    `select current_setting('data_directory') as folder,
       (select xact_commit + xact_rollback from pg_stat_database where datname = current_database())::float8 as transactions`,
  );
  const [row] = rows;
  const pid = Number(
    readFileSync(join(row?.folder ?? '', 'postmaster.pid'), 'utf8').split('\n')[0],
  );
  const sessions = execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  const pids = [pid, ...sessions.trim().split('\n').map(Number)];
  const cpuMs = pids.reduce((sum, one) => sum + cpuMsOf(one), 0);
  return { cpuMs, transactions: row?.transactions ?? 0 };
}
