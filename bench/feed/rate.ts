// How quick the pusher is when nothing slows it, and that the configured rate is what bounds it.
import { start } from './command.js';
import { cpuMsOf, cpuMsUntil, readPostgres } from './cost.js';
import { print, seconds } from './print.js';
import { openMeasure, type Prepared } from './prepare.js';
import { startSimulator } from './simulator.js';
import { finalStateOf, peakMbOf } from './outcome.js';

const ratedSeconds = 10;
const rate = 200;

/** What the simulated Annuaire holds once everything was sent without a fault: what every other way must end in. */
export async function measureRate(prepared: Prepared): Promise<readonly string[]> {
  const measure = await openMeasure(prepared, 'debit');
  const feed = { appelsParSeconde: 0, simultanesMax: 16, bailSecondes: 60 };
  const simulator = await startSimulator(
    measure.configure({ ...feed, url: 'http://127.0.0.1:9' }),
    '--reinitialiser',
  );
  try {
    const config = measure.configure({ ...feed, url: simulator.url });
    const before = { ...(await readPostgres(measure.pool)), simulatorMs: cpuMsOf(simulator.pid) };
    const begin = performance.now();
    const pusher = start(config, '--json', 'push');
    const peak = peakMbOf(pusher.child.pid ?? 0, pusher.ended);
    const cpu = cpuMsUntil(pusher.child.pid ?? 0, pusher.ended);
    const { code, err } = await pusher.ended;
    const elapsed = performance.now() - begin;
    const simulatorMs = cpuMsOf(simulator.pid) - before.simulatorMs;
    const after = await readPostgres(measure.pool);
    const { operations, requetes } = await simulator.state();
    const done = operations.insert + operations.replace + operations.delete;
    print(
      `\nDébit, sans limite ni faute, un processus (code ${code})${err === '' ? '' : `\n${err}`}`,
    );
    print(
      `  ${done} opérations (${requetes} requêtes) en ${seconds(elapsed)}, démarrage compris : ${Math.round((done / elapsed) * 1000)} /s ` +
        `(visé ≥ 1 000) ; mémoire au plus ${Math.round(await peak)} Mo`,
    );
    const perOperation = (ms: number): string => (ms / done).toFixed(2);
    print(
      `  processeur par opération : processus ${perOperation(await cpu)} ms, simulateur ${perOperation(simulatorMs)} ms, ` +
        `PostgreSQL ${perOperation(after.cpuMs - before.cpuMs)} ms ; ${after.transactions - before.transactions} transactions ` +
        `pour ${done} opérations`,
    );
    return await finalStateOf(config);
  } finally {
    await simulator.stop();
    await measure.drop();
    await measureRated(prepared);
  }
}

async function measureRated(prepared: Prepared): Promise<void> {
  const measure = await openMeasure(prepared, 'cadence');
  const feed = { appelsParSeconde: rate, simultanesMax: 16, bailSecondes: 60 };
  const simulator = await startSimulator(
    measure.configure({ ...feed, url: 'http://127.0.0.1:9' }),
    '--reinitialiser',
  );
  try {
    const config = measure.configure({ ...feed, url: simulator.url });
    const pusher = start(config, 'push');
    const before = await untilFirst(simulator.state);
    const begin = performance.now();
    await new Promise((resolve) => setTimeout(resolve, ratedSeconds * 1000));
    const after = (await simulator.state()).requetes;
    const perSecond = ((after - before) / (performance.now() - begin)) * 1000;
    pusher.child.kill('SIGTERM');
    await pusher.ended;
    print(`Cadence réglée à ${rate} /s : ${perSecond.toFixed(1)} requêtes par seconde`);
  } finally {
    await simulator.stop();
    await measure.drop();
  }
}

async function untilFirst(state: () => Promise<{ requetes: number }>): Promise<number> {
  for (;;) {
    const { requetes } = await state();
    if (requetes > rate) return requetes;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
