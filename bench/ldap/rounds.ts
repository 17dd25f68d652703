// Rounds of the same scenarios on each server in turn: what slows the machine down slows both.
import { answersPath } from './answers.js';
import { runLoad, type Generator, type LoadResult } from './generator.js';
import { cpuSecondsOf } from './process-figures.js';
import type { RunningServer } from './running-server.js';
import type { Scenario } from './scenarios.js';

export type Sample = LoadResult & {
  readonly perSecond: number;
  /** Processors that the server and the generator kept busy, on average. */
  readonly serverCores: number;
  readonly generatorCores: number;
};

export type Measured = {
  readonly scenario: Scenario;
  /** By server name, one sample per round. */
  readonly samples: ReadonlyMap<RunningServer['name'], readonly Sample[]>;
};

export type RoundOptions = {
  readonly rounds: number;
  readonly seconds: number;
  readonly onSample: (scenario: Scenario, server: RunningServer, sample: Sample) => void;
};

export async function measureRounds(
  generator: Generator,
  servers: readonly RunningServer[],
  scenarios: readonly Scenario[],
  options: RoundOptions,
): Promise<Measured[]> {
  const measured = scenarios.map((scenario) => ({
    scenario,
    samples: new Map(servers.map(({ name }) => [name, new Array<Sample>()])),
  }));
  for (let round = 0; round < options.rounds; round += 1) {
    // Neither is always the one that finds the machine as the other left it.
    const inTurn = round % 2 === 0 ? servers : [...servers].reverse();
    for (const { scenario, samples } of measured) {
      for (const server of inTurn) {
        const sample = await measure(generator, server, scenario, options.seconds);
        samples.get(server.name)?.push(sample);
        options.onSample(scenario, server, sample);
      }
    }
  }
  return measured;
}

async function measure(
  generator: Generator,
  server: RunningServer,
  scenario: Scenario,
  seconds: number,
): Promise<Sample> {
  const { connections, depth, isDial, isTls } = scenario;
  const expect = answersPath(scenario.requests, server);
  const [start, cpuStart] = [performance.now(), cpuSecondsOf(server.pid)];
  const result = await runLoad(generator, {
    port: isTls ? server.tlsPort : server.port,
    requests: scenario.requests.path,
    ...{ connections, depth, isDial, isTls, seconds, expect },
  });
  const elapsed = (performance.now() - start) / 1000;
  const unexpected = Object.keys(result.codes).filter((code) => code !== '0' && code !== '4');
  if (unexpected.length > 0) {
    throw new Error(`${server.name} answers ${scenario.label} with ${unexpected.join(', ')}`);
  }
  return {
    ...result,
    perSecond: result.requests / result.seconds,
    serverCores: (cpuSecondsOf(server.pid) - cpuStart) / elapsed,
    generatorCores: result.cpuSeconds / result.seconds,
  };
}
