// What happens to the mirror between searches: its first start, the next ones, and the day's difference under load.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { certificateIn } from './certificate.js';
import type { Country } from './country.js';
import type { Generator } from './generator.js';
import { startMirror } from './mirror.js';
import { measureNextDay } from './next-day.js';
import { memoryOf } from './process-figures.js';
import type { RequestFile } from './requests.js';

const coldMsMax = 10_000;
const warmMsMax = 2_000;
const rssMbMax = 700;
const nextDayMsMax = 2_000;
const pauseMsMax = 50;

/** On a copy: the directory that slapd was filled with stays as it is. Returns the targets missed. */
export async function measureLife(
  country: Country,
  load: { readonly generator: Generator; readonly requests: RequestFile },
  print: (line: string) => void,
): Promise<string[]> {
  const copy = copyOf(country);
  const certificate = certificateIn(country.folder);
  const missed: string[] = [];
  const judge = (what: string, value: number, max: number, unit: string): void => {
    const isMissed = value > max;
    print(
      `  ${what} : ${Math.round(value)} ${unit} (visé ≤ ${max}) ${isMissed ? 'MANQUÉ' : 'tenu'}`,
    );
    if (isMissed) missed.push(what);
  };
  print('\nVie du miroir');
  const cold = await startMirror(copy, certificate, 'cold');
  judge('première réponse sans instantané', cold.readyMs, coldMsMax, 'ms');
  judge('mémoire après la construction', memoryOf(cold.pid).rssMb, rssMbMax, 'Mo');
  await cold.stop();
  const warm = await startMirror(copy, certificate, 'asItIs');
  try {
    judge('première réponse depuis l’instantané', warm.readyMs, warmMsMax, 'ms');
    judge('mémoire depuis l’instantané', memoryOf(warm.pid).rssMb, rssMbMax, 'Mo');
    const served = { server: warm, country: copy };
    const next = await measureNextDay(served, load, dirname(country.folder));
    judge('lendemain servi après la fin de extract', next.servedMs, nextDayMsMax, 'ms');
    judge('la plus longue réponse pendant ce temps', next.longestMs, pauseMsMax, 'ms');
    judge('mémoire après le lendemain', memoryOf(warm.pid).rssMb, rssMbMax, 'Mo');
  } finally {
    await warm.stop();
  }
  return missed;
}

function copyOf(country: Country): Country {
  const folder = join(country.folder, 'vie');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // With owners: PostgreSQL runs as another user when we are root.
  execFileSync('cp', ['-a', join(country.folder, 'base'), folder]);
  return { ...country, folder, settings: join(folder, 'annuaire-sync.yaml') };
}
