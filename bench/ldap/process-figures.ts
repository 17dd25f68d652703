// What Linux says of a process: memory and processor time.
import { readdirSync, readFileSync } from 'node:fs';

export type Memory = {
  readonly rssMb: number;
  /** Of which pages of its own; the rest is files that it maps. */
  readonly anonymousMb: number;
  readonly peakMb: number;
};

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'mu').exec(status)?.[1] ?? NaN) / 1024;
  return { rssMb: field('VmRSS'), anonymousMb: field('RssAnon'), peakMb: field('VmHWM') };
}

/** User and system time since the start, all threads. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces: fields are counted from its end (state is field 3).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticksPerSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export function threadCountOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}
