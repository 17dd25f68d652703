// The next day's extraction put in service while clients search: how long until it is served, how long anybody waited.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { extractionOf, loadExtraction, type Country } from './country.js';
import { runLoad, type Generator } from './generator.js';
import { readLdif } from './ldif.js';
import { untilFoundMs } from './probe.js';
import type { RequestFile } from './requests.js';
import type { RunningServer } from './running-server.js';

export type NextDay = {
  /** From the end of `extract` to the first answer that holds a BAL of the new day. */
  readonly servedMs: number;
  /** Longest of the answers to one client who asked all the while for mails. */
  readonly longestMs: number;
  readonly answers: number;
};

/** `folder`: that of the samples. */
export async function measureNextDay(
  { server, country }: { server: RunningServer; country: Country },
  { generator, requests }: { generator: Generator; requests: RequestFile },
  folder: string,
): Promise<NextDay> {
  const extraction = await extractionOf(folder, 2, console.log);
  const newcomer = await findNewcomer(country.ldif, extraction);
  const end = new AbortController();
  const load = { requests: requests.path, connections: 1, depth: 1, isDial: false, isTls: false };
  const steady = runLoad(
    generator,
    { ...load, port: server.port, seconds: 600, expect: undefined },
    end.signal,
  );
  try {
    await loadExtraction(country, extraction);
    const filter = { kind: 'equality', attribute: 'mail', value: Buffer.from(newcomer) } as const;
    const servedMs = await untilFoundMs(server.port, filter, server.isAlive, 120_000);
    end.abort();
    const { maxMs, requests: answers } = await steady;
    return { servedMs, longestMs: maxMs, answers };
  } finally {
    end.abort();
  }
}

/** An address of that extraction that the directory did not hold. */
async function findNewcomer(ldif: string, extraction: string): Promise<string> {
  const known = new Set<string>();
  for await (const entry of readLdif(ldif)) known.add(entry.get('mail')?.[0]?.toLowerCase() ?? '');
  const unzip = spawn('unzip', ['-p', extraction], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: unzip.stdout })) {
      const address = line.split('|')[1] ?? '';
      if (address.includes('@') && !known.has(address.toLowerCase())) return address;
    }
  } finally {
    unzip.kill();
  }
  throw new Error(`${extraction} brings nobody new`);
}
