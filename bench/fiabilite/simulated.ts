// The simulated Annuaire of a round: the real simulator, in a process of its own, with its own memory.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { findMigrationsDirectory } from '../../src/db/migrate.js';

const program = join(dirname(findMigrationsDirectory()), 'bin', 'annuaire-sync');

export type OperationCounts = Readonly<Record<'insert' | 'replace' | 'delete', number>>;

export type SimulatedState = {
  readonly requetes: number;
  readonly fautes: Readonly<Record<string, number>>;
  /** How often each address was really inserted, replaced, deleted. */
  readonly adresses: Readonly<Record<string, OperationCounts>>;
  readonly adressesCount: number;
};

export class Simulated {
  readonly #config: string;
  #child: ChildProcess | undefined;
  #url: URL | undefined;

  constructor(config: string) {
    this.#config = config;
  }

  get port(): number {
    return Number(this.#url?.port ?? 9);
  }

  async start(...words: readonly string[]): Promise<void> {
    const child = spawn(
      process.execPath,
      [program, '-c', this.#config, '--json', 'simulate', 'feed', '--port', '0', ...words],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as { evenement?: string; url?: string };
      if (event.evenement === 'ecoute' && event.url !== undefined) {
        this.#url = new URL(event.url);
        child.stdout.resume();
        return;
      }
    }
    throw new Error(`the simulator ended before it listened: ${said}`);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  async state(): Promise<SimulatedState> {
    const response = await fetch(new URL('/_simulation/etat', this.#url));
    return (await response.json()) as SimulatedState;
  }

  /** What it would publish now, under the name that the ANS would give it. */
  async publication(): Promise<{ readonly fileName: string; readonly content: Buffer }> {
    const response = await fetch(new URL('/_simulation/extraction?attendre=non', this.#url));
    if (!response.ok) throw new Error(`no publication: ${response.status}`);
    const disposition = response.headers.get('content-disposition') ?? '';
    const fileName = /filename="([^"]+)"/u.exec(disposition)?.[1];
    if (fileName === undefined) throw new Error(`a publication without a name: ${disposition}`);
    return { fileName, content: Buffer.from(await response.arrayBuffer()) };
  }
}
