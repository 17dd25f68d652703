// What came of it: the memory of a process while it lived, and what the simulated Annuaire holds in the end.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.js';

/** The most resident memory that was seen before it ended, in MB. */
export async function peakMbOf(pid: number, ended: Promise<unknown>): Promise<number> {
  let peak = 0;
  const over = new AbortController();
  void ended.then(() => {
    over.abort();
  });
  while (!over.signal.aborted) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/mu.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return peak;
}

/** The lines of the extraction that the simulator would publish, in order. */
export async function finalStateOf(config: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-feed-'));
  try {
    await run(config, 'simulate', 'publish', '--out', folder, '--sans-attendre');
    const [zip = ''] = readdirSync(folder);
    const text = execFileSync('unzip', ['-p', join(folder, zip)], { maxBuffer: 1024 ** 3 });
    return text.toString('utf8').trimEnd().split('\n').slice(1).sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
