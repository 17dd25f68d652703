// Daemons as they are run: processes on one database, which tell what they do in JSON lines.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { nomsEtapes } from '../../src/planification/etapes.js';
import { mainProgram } from './command.js';
import type { RawClient } from './ldap-raw-client.js';

export type DaemonLine = {
  readonly evenement: string;
  readonly message: string;
  readonly service?: string;
  readonly adresses?: string;
  readonly etape?: string;
  readonly pid?: number;
};

export type DaemonSettings = {
  readonly folder: string;
  readonly databaseUrl: string;
  /** YAML of the sections beyond the database. */
  readonly sections: string;
};

let count = 0;

/** Nothing runs by itself but what `sections` says. */
export function writeDaemonSettings({ folder, databaseUrl, sections }: DaemonSettings): string {
  const path = join(folder, `demon-${(count += 1)}.yaml`);
  writeFileSync(
    path,
    `dataDir: ${join(folder, 'var')}
database: { url: '${databaseUrl}' }
operateur: { nom: Essai, domaines: [x.mssante.fr] }
${sections}`,
  );
  return path;
}

/** The section `planification` where only these stages run, once in the year: a daemon that never did begins at once. */
export function seulement(etapes: readonly string[], more = ''): string {
  const known = nomsEtapes;
  const whens = known.map((nom) => `${nom}: ${etapes.includes(nom) ? "'0 0 1 * *'" : 'false'}`);
  return `planification: { gigueSecondes: 0, etapes: { ${whens.join(', ')} }${more} }\n`;
}

const running = new Set<ChildProcess>();

export class Daemon {
  readonly child: ChildProcess;
  readonly lines: DaemonLine[] = [];
  #wake: () => void = () => undefined;

  /** `command`: what becomes a daemon. */
  constructor(
    config: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
    command: readonly string[] = ['--json', '-c', config, 'daemon'],
  ) {
    this.child = spawn(process.execPath, [mainProgram, ...command, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...env },
    });
    running.add(this.child);
    this.child.on('exit', () => {
      running.delete(this.child);
      this.#wake();
    });
    const { stdout } = this.child;
    assert.ok(stdout);
    createInterface({ input: stdout }).on('line', (text) => {
      if (text.startsWith('{')) this.lines.push(JSON.parse(text) as DaemonLine);
      this.#wake();
    });
  }

  /** The first line that fits, once it is there; fails when the daemon ends before. */
  async line(fits: (line: DaemonLine) => boolean): Promise<DaemonLine> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found) return found;
      assert.ok(this.isAlive, `ended: ${JSON.stringify(this.lines)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  event(evenement: string): Promise<DaemonLine> {
    return this.line((line) => line.evenement === evenement);
  }

  /** Of a service, where it listens. */
  async port(service: string): Promise<number> {
    const { adresses = '' } = await this.line(
      (line) => line.evenement === 'ecoute' && line.service === service,
    );
    return Number(adresses.split(' ')[0]?.split(':').at(-1));
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.isAlive) return this.child.exitCode;
    this.child.kill(signal);
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }
}

/** To be called last: none outlives its test file. */
export function killDaemons(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Until `look` gives something. The test's own limit of time ends it. */
export async function poll<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(50);
  }
}

/** Kept by the new processes of the service: a port that the system gives goes with the last one that listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Of the root of the directory, as this connection sees it. */
export async function racine(client: RawClient): Promise<string | undefined> {
  const search = { base: '', scope: 0, attributes: ['namingContexts'] } as const;
  const { entries } = await client.search(search);
  return /o=(?:avant|apres)/u.exec(entries[0]?.bytes.toString('latin1') ?? '')?.[0];
}

/** The last process of a service. */
export function workerPid(daemon: Daemon, service: string): number {
  const pid = workerPids(daemon, service).at(-1);
  assert.ok(pid !== undefined);
  return pid;
}

export function workerPids(daemon: Daemon, service: string): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(daemon.child.pid)], {
    encoding: 'utf8',
  });
  const own = stdout.split('\n').filter((line) => line.trim().endsWith(` ${service}`));
  return own.map((line) => Number(line.trim().split(' ')[0]));
}
