// The program as a service runs: a process of its own, its JSON lines, and its end.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { mainProgram } from './command.js';

const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

export type LigneProgramme = {
  readonly evenement: string;
  readonly message: string;
  readonly adresses?: string[];
  readonly entrees?: number;
};

export class Programme {
  readonly child: ChildProcess;
  readonly lines: LigneProgramme[] = [];
  #wake: () => void = () => undefined;

  constructor(config: string, ...args: readonly string[]) {
    this.child = spawn(process.execPath, [mainProgram, '--json', '-c', config, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(this.child);
    this.child.on('exit', () => this.#wake());
    const { stdout } = this.child;
    assert.ok(stdout);
    createInterface({ input: stdout }).on('line', (text) => {
      this.lines.push(JSON.parse(text) as LigneProgramme);
      this.#wake();
    });
  }

  of(evenement: string): LigneProgramme[] {
    return this.lines.filter((line) => line.evenement === evenement);
  }

  /** The first line of this event, or the one of that rank, once it is there. */
  async line(evenement: string, rank = 1): Promise<LigneProgramme> {
    for (;;) {
      const found = this.of(evenement)[rank - 1];
      if (found) return found;
      assert.equal(this.child.exitCode, null, JSON.stringify(this.lines));
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Of a web server: its base URL. */
  async url(evenement = 'ecoute', rank = 1): Promise<string> {
    const { message } = await this.line(evenement, rank);
    const url = /https?:\/\/\S+/u.exec(message)?.[0];
    assert.ok(url, message);
    return url;
  }

  /** Of an LDAP server. */
  async port(): Promise<number> {
    const { adresses } = await this.line('ecoute');
    return Number(adresses?.[0]?.split(':').at(-1));
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const gone = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    return (await gone)[0];
  }
}
