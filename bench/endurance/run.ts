// Endurance: the daemon under LDAP and API load, with a whole cycle every minute. Does anything grow?
//
//   npm run bench:endurance -- [--minutes 30] [--dir var/bench]
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Load } from './load.js';
import { figuresOf } from './processes.js';
import { prepare, type Prepared } from './prepare.js';
import { tellVerdict, type Sample } from './verdict.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    dir: { type: 'string', default: join('var', 'bench') },
  },
});
const minutes = Number(values.minutes);
const sampleMs = 5_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

print('Préparation : pays inventé, base, Annuaire simulé…');
const prepared = await prepare(join(resolve(values.dir), 'endurance'));
const daemon = startDaemon(prepared);
const stopping = new AbortController();
try {
  await prepared.untilReady(daemon.exitCodeSoFar);
  print(`Démon prêt ; ${minutes} minute(s) de charge, un cycle par minute.`);
  const load = new Load({ ...prepared.load, signal: stopping.signal });
  load.start();
  const samples = await watch(load);
  stopping.abort();
  await load.end();
  const isFlat = tellVerdict(samples, await prepared.cycles(), load, print);
  process.exitCode = isFlat ? 0 : 1;
} finally {
  stopping.abort();
  await daemon.stop();
  await prepared.close();
}
process.exit();

async function watch(load: Load): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begin = performance.now();
  let nextCycle = begin;
  while (performance.now() - begin < minutes * 60_000) {
    if (performance.now() >= nextCycle) {
      nextCycle += 60_000;
      // Told at any moment; the daemon takes it at its minute.
      await prepared.nextDay();
    }
    samples.push({
      atMs: performance.now() - begin,
      processes: figuresOf(daemon.pid),
      connections: await prepared.countConnections(),
      temporaryFiles: prepared.countTemporary(),
      lagMs: load.takeLag(),
    });
    if (samples.length % 12 === 0) print(progress(samples, load));
    await delay(sampleMs);
  }
  return samples;
}

function progress(samples: readonly Sample[], load: Load): string {
  const last = samples.at(-1);
  const rss = last?.processes.reduce((sum, { rssMb }) => sum + rssMb, 0) ?? 0;
  return (
    `  ${Math.round((last?.atMs ?? 0) / 60_000)} min : ${Math.round(rss)} Mo en tout, ` +
    `${load.searches} recherches, ${load.checks} vérifications`
  );
}

type Daemon = {
  readonly pid: number;
  readonly exitCodeSoFar: () => string | undefined;
  readonly stop: () => Promise<void>;
};

function startDaemon({ program, config, tmp }: Prepared): Daemon {
  const child: ChildProcess = spawn(
    process.execPath,
    [program, '-c', config, '--json', 'daemon', '--noeud', 'endurance'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: tmp } },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
  }
  return {
    pid: child.pid ?? 0,
    exitCodeSoFar: () => (child.exitCode === null ? undefined : `code ${child.exitCode} : ${said}`),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
