// Three pushers, faults of each kind, one pusher killed every few seconds: nothing may be lost, nothing doubled.
import { run, start, type Command } from './command.js';
import { options } from './options.js';
import { finalStateOf, peakMbOf } from './outcome.js';
import { openMeasure, type Measure, type Prepared } from './prepare.js';
import { print, seconds } from './print.js';
import { startSimulator, type SimulatedState } from './simulator.js';

const pusherCount = 3;
/** Without the perfect lie (`mentir`): a 200 that shows what was asked for and did nothing is told by the next extraction only. */
const kinds = ['500', '503', 'couper', 'couper-apres', 'agir-puis-taire', 'type', 'charabia'];
/** A 429 makes everybody wait as long as it says (a second): a tenth of the others' share is enough to see it. */
const throttledShare = 0.1;
/** Faults in a row make dead letters; each time they are replayed, they have every chance again. */
const replaysMax = 10;

/** `reference`: the lines that the same operations lead to without a fault; undefined when that was not measured. */
export async function measureFaults(
  prepared: Prepared,
  reference: readonly string[] | undefined,
): Promise<void> {
  const measure = await openMeasure(prepared, 'fautes');
  const feed = { appelsParSeconde: 0, simultanesMax: 4, bailSecondes: 5 };
  const share = options.faultShare;
  const faults = [`429=${share * throttledShare}`, ...kinds.map((kind) => `${kind}=${share}`)].join(
    ',',
  );
  const simulator = await startSimulator(
    measure.configure({ ...feed, url: 'http://127.0.0.1:9' }),
    '--reinitialiser',
    '--fautes',
    faults,
  );
  try {
    const config = measure.configure({ ...feed, url: simulator.url });
    const begin = performance.now();
    const { kills, replays, peakMb } = await pushAll(config, measure);
    print(
      `\nFautes (${faults}), ${pusherCount} processus, ${kills} tués par -9, ${replays} relances`,
    );
    print(
      `  tout est réglé en ${seconds(performance.now() - begin)} ; mémoire au plus ${Math.round(peakMb)} Mo`,
    );
    tellVerdict(await simulator.state(), await statesOf(measure));
    if (reference) tellDifference(reference, await finalStateOf(config));
  } finally {
    await simulator.stop();
    await measure.drop();
  }
}

/** Until nothing is left to send; what the faults made a dead letter of is replayed, as an administrator would. */
async function pushAll(
  config: string,
  measure: Measure,
): Promise<{ kills: number; replays: number; peakMb: number }> {
  const pushers: Command[] = [];
  const peaks: Promise<number>[] = [];
  const launch = (): Command => {
    const pusher = start(config, '--json', 'push', '--jusqu-au-bout');
    peaks.push(peakMbOf(pusher.child.pid ?? 0, pusher.ended));
    return pusher;
  };
  for (let i = 0; i < pusherCount; i += 1) pushers.push(launch());
  let kills = 0;
  let replays = 0;
  let nextKill = performance.now() + options.killEverySeconds * 1000;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const left = await countLeft(measure);
    if (left === 0) {
      if (replays >= replaysMax || (await countStuck(measure)) === 0) break;
      replays += 1;
      await run(config, 'push', 'replay', '--tout');
    }
    for (const [i, pusher] of pushers.entries()) {
      if (pusher.child.exitCode !== null || pusher.child.signalCode !== null) pushers[i] = launch();
    }
    if (performance.now() >= nextKill && left > 500) {
      pushers[kills % pusherCount]?.child.kill('SIGKILL');
      kills += 1;
      nextKill += options.killEverySeconds * 1000;
    }
  }
  for (const { child } of pushers) child.kill('SIGTERM');
  await Promise.all(pushers.map(({ ended }) => ended));
  return { kills, replays, peakMb: Math.max(...(await Promise.all(peaks))) };
}

function countLeft(measure: Measure): Promise<number> {
  return countIn(measure, ['approved', 'sending', 'retry']);
}

function countStuck(measure: Measure): Promise<number> {
  return countIn(measure, ['held', 'dead']);
}

async function countIn({ pool }: Measure, states: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from feed_operation where state = any($1::text[])`,
    [states],
  );
  return rows[0]?.n ?? 0;
}

async function statesOf({ pool }: Measure): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ state: string; n: number }>(
    `select state, count(*)::integer as n from feed_operation group by state order by state`,
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

function tellVerdict(state: SimulatedState, states: Readonly<Record<string, number>>): void {
  print(`  ${state.requetes} requêtes reçues, fautes données : ${JSON.stringify(state.fautes)}`);
  print(`  états des opérations : ${JSON.stringify(states)}`);
  const doubled = Object.entries(state.adresses).filter(([, { insert }]) => insert > 1);
  print(
    `  adresses ajoutées plus d’une fois : ${doubled.length} (visé 0), sur ${state.adressesCount} touchées`,
  );
}

function tellDifference(reference: readonly string[], found: readonly string[]): void {
  const [wanted, got] = [new Set(reference), new Set(found)];
  const lost = reference.filter((line) => !got.has(line)).length;
  const added = found.filter((line) => !wanted.has(line)).length;
  print(
    `  état final contre celui sans faute : ${lost} lignes en moins, ${added} en trop (visé 0 et 0)`,
  );
}
