// Our mirror against a tuned slapd on the same entries, in turn; prints medians, ratios and targets. README.md says the rest.
//
//   npm run bench:ldap -- [--rounds 3] [--seconds 3] [--quick] [--only slapd|ours] [--match TEXT] [--part searches|life] [--dir var/bench]
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { askOnce, differences } from './answers.js';
import { certificateIn } from './certificate.js';
import { prepareCountry, type Country } from './country.js';
import { compileGenerator, measureNullServer, type Generator } from './generator.js';
import { measureLife } from './life.js';
import { startMirror } from './mirror.js';
import { memoryOf } from './process-figures.js';
import { report } from './report.js';
import { writeRequests, type RequestFile, type RequestFiles } from './requests.js';
import { measureRounds } from './rounds.js';
import type { RunningServer } from './running-server.js';
import { listScenarios, type Scenario } from './scenarios.js';
import { fillSlapd, startSlapd, type SlapdOptions } from './slapd.js';
import { installTools } from './tools.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    match: { type: 'string', default: '' },
    part: { type: 'string' },
    dir: { type: 'string', default: join('var', 'bench') },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const seconds = Number(options.seconds ?? (options.quick ? 1 : 3));
const missed: string[] = [];

await main();

async function main(): Promise<void> {
  installTools(print);
  const country = await prepareCountry(resolve(options.dir), print);
  const generator = compileGenerator(country.folder);
  const requests = await writeRequests(country.ldif, country.folder);
  if (options.part !== 'life') await measureSearches(country, generator, requests);
  if (options.part !== 'searches' && options.only !== 'slapd') {
    const load = { generator, requests: requests.byKind.get('mail') ?? requests.mix };
    missed.push(...(await measureLife(country, load, print)));
  }
  if (options.only !== undefined && missed.length === 0) return;
  print(missed.length === 0 ? '\nToutes les cibles sont tenues.' : '\nCibles manquées :');
  for (const line of missed) print(`  ${line}`);
}

async function measureSearches(
  country: Country,
  generator: Generator,
  requests: RequestFiles,
): Promise<void> {
  await tellGenerator(generator, requests.mix);
  const servers: RunningServer[] = [];
  try {
    if (options.only !== 'ours') servers.push(await openSlapd(country));
    if (options.only !== 'slapd') servers.push(await openMirror(country));
    await askBoth(generator, servers, requests);
    await measure(generator, servers, listScenarios(requests).filter(isAsked));
    for (const server of servers) tellMemory(server);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

function isAsked({ group, label }: Scenario): boolean {
  return `${group} ${label}`.toLowerCase().includes(options.match.toLowerCase());
}

/** Searches per second that the generator could ask for, at the size of the mix's answers: what it says must be far above. */
async function tellGenerator(generator: Generator, requests: RequestFile): Promise<void> {
  print('\nGénérateur seul, contre un serveur vide (entrées de 500 octets)');
  for (const [entries, connections] of [
    [0, 1],
    [0, 64],
    [45, 1],
    [45, 64],
  ] as const) {
    const shape = { depth: 1, isDial: false, seconds: Math.min(seconds, 2) };
    const load = { requests: requests.path, connections, ...shape };
    const result = await measureNullServer(generator, entries, load);
    const perSecond = Math.round(result.requests / result.seconds).toLocaleString('fr-FR');
    const each = ((result.cpuSeconds / result.requests) * 1e6).toFixed(1);
    print(
      `  ${entries} entrées, ${connections} connexion(s) : ${perSecond} /s, ${each} µs de processeur par recherche`,
    );
  }
}

async function openSlapd(country: Country): Promise<RunningServer> {
  const slapd: SlapdOptions = {
    folder: join(country.folder, 'slapd'),
    ldif: country.ldif,
    schema: country.schema,
    certificate: certificateIn(country.folder),
  };
  const fillMs = fillSlapd(slapd, print);
  const server = await startSlapd(slapd);
  print(
    `slapd : rempli en ${(fillMs / 1000).toFixed(0)} s par slapadd -q, première réponse ${Math.round(server.readyMs)} ms après son lancement`,
  );
  return server;
}

async function openMirror(country: Country): Promise<RunningServer> {
  const server = await startMirror(country, certificateIn(country.folder), 'asItIs');
  print(`miroir : première réponse ${Math.round(server.readyMs)} ms après son lancement`);
  return server;
}

async function askBoth(
  generator: Generator,
  servers: readonly RunningServer[],
  requests: RequestFiles,
): Promise<void> {
  for (const server of servers) await askOnce(generator, server, requests);
  const [slapd, ours] = servers;
  if (!slapd || !ours) return;
  const found = differences(requests, slapd, ours);
  print(`\nRéponses différentes : ${found.length}`);
  for (const { kind, place, ...answers } of found.slice(0, 20)) {
    print(`  ${kind} n° ${place} : slapd ${answers.slapd}, miroir ${answers.ours}`);
  }
  if (found.length > 0) missed.push(`${found.length} réponses ne sont pas celles de slapd`);
}

async function measure(
  generator: Generator,
  servers: readonly RunningServer[],
  scenarios: readonly Scenario[],
): Promise<void> {
  if (scenarios.length === 0) throw new Error(`nothing is called ${options.match}`);
  const measured = await measureRounds(generator, servers, scenarios, {
    rounds,
    seconds,
    onSample: ({ label, connections }, { name }, { perSecond }) => {
      if (process.stdout.isTTY) {
        process.stdout.write(`\r${label} ${connections} ${name} ${Math.round(perSecond)}/s `);
      }
    },
  });
  print(`\nMédianes de ${rounds} tour(s) de ${seconds} s, slapd puis le miroir`);
  const verdict = report(measured);
  for (const line of verdict.lines) print(line);
  missed.push(...verdict.missed);
}

function tellMemory({ name, pid }: RunningServer): void {
  const { rssMb, anonymousMb, peakMb } = memoryOf(pid);
  const [rss, own, peak] = [rssMb, anonymousMb, peakMb].map((value) => Math.round(value));
  print(
    `\n${name} : ${rss} Mo de mémoire résidente (dont ${own} Mo en propre), au plus ${peak} Mo`,
  );
}

function print(line: string): void {
  console.log(line);
}
