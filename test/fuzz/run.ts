// Long mode: other cases for as long as it is told, one target after the other.
//
//   npm run fuzz -- --minutes 30 --graine 42 [--cible « nom »] [--cas 1234]
import { parseArgs } from 'node:util';
import { playCases } from './target.js';
import { targets } from './targets.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    graine: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    cible: { type: 'string' },
    cas: { type: 'string' },
  },
});
const [seed, minutes] = [Number(values.graine), Number(values.minutes)];
const wanted = targets.filter(
  ({ name }) => values.cible === undefined || name.includes(values.cible),
);
if (wanted.length === 0) throw new Error(`no target is called ${values.cible}`);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const batchMax = 500;
const faults: string[] = [];

if (values.cas !== undefined) {
  for (const target of wanted) await play(target.name, Number(values.cas), 1);
} else {
  say(`Graine ${seed}, ${minutes} minutes, ${wanted.length} cibles.`);
  const totals = new Map(wanted.map(({ name }) => [name, { count: 0, slowestMs: 0 }]));
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) {
    for (const { name, cases } of wanted) {
      const total = totals.get(name) ?? { count: 0, slowestMs: 0 };
      const count = Math.min(cases, batchMax);
      // The first ones are those of CI, by another seed.
      const slowestMs = await play(name, total.count, count);
      totals.set(name, {
        count: total.count + count,
        slowestMs: Math.max(total.slowestMs, slowestMs),
      });
      if (performance.now() > end) break;
    }
  }
  for (const [name, { count, slowestMs }] of totals) {
    say(`${name} : ${count} cas, le plus long ${Math.round(slowestMs)} ms`);
  }
}
say(faults.length === 0 ? 'Aucun défaut.' : `${faults.length} défauts :\n${faults.join('\n')}`);
process.exit(faults.length === 0 ? 0 : 1);

/** Milliseconds of its slowest case. A fault is kept, and the target goes on. */
async function play(name: string, from: number, count: number): Promise<number> {
  const target = wanted.find((one) => one.name === name);
  if (!target) return 0;
  try {
    return (await playCases(target, seed, from, count)).slowestMs;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say(`✗ ${text}`);
    if (faults.length < 100) faults.push(text);
    return 0;
  }
}
