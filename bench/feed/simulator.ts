// The simulator of the ANS's feed API, in a process of its own.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { start } from './command.js';

export type SimulatedState = {
  readonly operations: Readonly<Record<'insert' | 'replace' | 'delete', number>>;
  readonly requetes: number;
  readonly fautes: Readonly<Record<string, number>>;
  /** How often each address was really inserted, replaced, deleted. */
  readonly adresses: Readonly<
    Record<string, Readonly<Record<'insert' | 'replace' | 'delete', number>>>
  >;
  readonly adressesCount: number;
};

export type RunningSimulator = {
  readonly url: string;
  readonly pid: number;
  readonly state: () => Promise<SimulatedState>;
  readonly stop: () => Promise<void>;
};

/** `words`: options of « simulate feed ». */
export async function startSimulator(
  config: string,
  ...words: readonly string[]
): Promise<RunningSimulator> {
  const { child, ended } = start(config, '--json', 'simulate', 'feed', '--port', '0', ...words);
  const failed = ended.then(({ err }) => Promise.reject(new Error(`simulateur : ${err}`)));
  failed.catch(() => undefined);
  const url = await Promise.race([findUrl(child.stdout), failed]);
  return {
    url,
    pid: child.pid ?? 0,
    state: async () =>
      (await (await fetch(new URL('/_simulation/etat', url))).json()) as SimulatedState,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}

async function findUrl(out: NodeJS.ReadableStream | null): Promise<string> {
  if (!out) throw new Error('the simulator has no output');
  for await (const line of createInterface({ input: out })) {
    const event = JSON.parse(line) as { evenement: string; url?: string };
    if (event.evenement === 'ecoute' && event.url !== undefined) return event.url;
  }
  throw new Error('the simulator ended before it listened');
}
