// Two LDAP nodes behind a TCP balancer (HAProxy, PROXY protocol version 2), against one node asked directly: throughput as ratios within
// one run, then what clients see when a node is killed.
//
//   npm run bench:balancer -- [--rounds 3] [--seconds 3] [--petit] [--dir var/bench]
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { openEngine } from '../../src/db/engine.js';
import { prepareCountry, program, type Country } from './country.js';
import { measureFailover } from './failover.js';
import { compileGenerator, runLoad, type Generator } from './generator.js';
import { mirrorSettings } from './mirror-settings.js';
import { anyBal, freePort, untilFoundMs } from './probe.js';
import { writeRequests, type RequestFiles } from './requests.js';
import { stopProcess } from './running-server.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    // A tenth of the country: to try the bench itself.
    petit: { type: 'boolean', default: false },
    dir: { type: 'string', default: join('var', 'bench') },
  },
});

type Node = { readonly child: ChildProcess; readonly port: number };

await main();

async function main(): Promise<void> {
  const scale = options.petit ? 'tenth' : 'national';
  const country = await prepareCountry(resolve(options.dir), print, scale);
  const generator = compileGenerator(country.folder);
  const requests = await writeRequests(country.ldif, country.folder);
  const engine = await openEngine({ dataDir: join(country.folder, 'base') }, print);
  const started: ChildProcess[] = [];
  try {
    const nodes = await Promise.all(
      ['direct', 'a', 'b'].map(async (name) => {
        const node = await startNode(country, engine.connectionString, name);
        started.push(node.child);
        return node;
      }),
    );
    const [direct, a, b] = nodes;
    if (!direct || !a || !b) return;
    const balancer = await startBalancer(country, a, b);
    started.push(balancer.child);
    await measureThroughput(generator, requests, [
      { name: 'un nœud, direct', port: direct.port },
      { name: 'un nœud derrière HAProxy', port: balancer.onePort },
      { name: 'deux nœuds derrière HAProxy', port: balancer.bothPort },
    ]);
    const kill = (): void => void b.child.kill('SIGKILL');
    await measureFailover(balancer.bothPort, Number(options.seconds) * 1_000, kill, print);
  } finally {
    await Promise.all(started.map(stopProcess));
    await engine.close();
  }
}

/** Each has its own data folder, hence its own snapshot, and reads the same database. */
async function startNode(country: Country, url: string, name: string): Promise<Node> {
  const folder = join(country.folder, `noeud-${name}`);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = join(folder, 'annuaire-sync.yaml');
  const proxy = name === 'direct' ? {} : { proxyProtocol: { repartiteurs: ['127.0.0.1'] } };
  const limites = { connexionsParAdresseMax: 2_000 };
  const text = stringify({
    dataDir: './donnees',
    database: { url },
    operateur: { nom: 'Mesure', domaines: ['mesure-exemple.mssante.fr'] },
    ldap: { ...mirrorSettings, ...proxy, limites, port, portLdaps: false },
  });
  writeFileSync(settings, text, { mode: 0o600 });
  const child = spawn(process.execPath, [program, '--config', settings, 'ldap'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (name === 'direct') await untilFoundMs(port, anyBal, () => child.exitCode === null, 300_000);
  return { child, port };
}

type Balancer = {
  readonly child: ChildProcess;
  readonly onePort: number;
  readonly bothPort: number;
};

async function startBalancer(country: Country, a: Node, b: Node): Promise<Balancer> {
  const [onePort, bothPort] = [await freePort(), await freePort()];
  const server = (name: string, { port }: Node): string =>
    `  server ${name} 127.0.0.1:${port} check inter 200ms fall 2 rise 1 send-proxy-v2 check-send-proxy on-marked-down shutdown-sessions\n`;
  const config = join(country.folder, 'haproxy.cfg');
  writeFileSync(
    config,
    `global
  maxconn 4000
  nbthread 1
defaults
  mode tcp
  balance leastconn
  retries 2
  option redispatch 1
  timeout connect 2s
  timeout client 60s
  timeout server 60s
listen un
  bind 127.0.0.1:${onePort}
${server('a', a)}listen deux
  bind 127.0.0.1:${bothPort}
${server('a', a)}${server('b', b)}`,
  );
  const child = spawn('haproxy', ['-db', '-q', '-f', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
  });
  child.on('error', () => print('HAProxy manque : apt-get install haproxy'));
  const isAlive = (): boolean => child.exitCode === null && a.child.exitCode === null;
  for (const port of [onePort, bothPort]) await untilFoundMs(port, anyBal, isAlive, 300_000);
  await untilBothServe(bothPort, isAlive);
  return { child, onePort, bothPort };
}

/** Turns go from one to the other: as many good answers in a row as prove that neither is still building. */
async function untilBothServe(port: number, isAlive: () => boolean): Promise<void> {
  for (let inARow = 0; inARow < 20; inARow += 1) {
    if ((await untilFoundMs(port, anyBal, isAlive, 300_000)) > 50) inARow = 0;
  }
}

async function measureThroughput(
  generator: Generator,
  requests: RequestFiles,
  targets: readonly { readonly name: string; readonly port: number }[],
): Promise<void> {
  const seconds = Number(options.seconds);
  const scenarios = [
    { label: 'mélange, 64 connexions', connections: 64, isDial: false },
    { label: 'mélange, une connexion par recherche (8)', connections: 8, isDial: true },
  ];
  for (const { label, connections, isDial } of scenarios) {
    const found = new Map(targets.map(({ name }) => [name, new Array<number>()]));
    const slow = new Map(targets.map(({ name }) => [name, new Array<number>()]));
    for (let round = 0; round < Number(options.rounds); round += 1) {
      const inTurn = round % 2 === 0 ? targets : [...targets].reverse();
      for (const { name, port } of inTurn) {
        const load = { port, connections, isDial, seconds, depth: 1, isTls: false };
        const result = await runLoad(generator, {
          ...load,
          requests: requests.mix.path,
          expect: undefined,
        });
        found.get(name)?.push(result.requests / result.seconds);
        slow.get(name)?.push(result.p99Ms);
      }
    }
    print(`\n${label}`);
    const reference = median(found.get(targets[0]?.name ?? '') ?? []);
    for (const { name } of targets) {
      const perSecond = median(found.get(name) ?? []);
      print(
        `  ${name.padEnd(28)} ${Math.round(perSecond).toLocaleString('fr-FR').padStart(8)}/s` +
          `  ${(perSecond / reference).toFixed(2)}×  p99 ${median(slow.get(name) ?? []).toFixed(1)} ms`,
      );
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
