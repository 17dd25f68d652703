// What the samples say: each process that stayed, descriptors, connections, files, and how late loops turned.
import { findIdlePushes, type Cycles } from './cycles.js';
import type { Load } from './load.js';
import type { ProcessFigures } from './processes.js';
import { isFlat, slopeOf, type Point } from './slope.js';

export type Sample = {
  readonly atMs: number;
  readonly processes: readonly ProcessFigures[];
  readonly connections: number;
  readonly temporaryFiles: number;
  readonly lagMs: number;
};

/** What a process takes to reach its size (first snapshot, compiled code) is no leak. */
const warmUpShare = 0.25;
/** Below, a slope says nothing. */
const minutesMin = 5;
const descriptorsMax = 5;

/** True when nothing grows, or when it was too short to tell and nothing failed. */
export function tellVerdict(
  samples: readonly Sample[],
  cycles: Cycles,
  load: Pick<Load, 'searches' | 'checks' | 'faults'>,
  print: (line: string) => void,
): boolean {
  const durationMs = samples.at(-1)?.atMs ?? 0;
  const isLong = durationMs >= minutesMin * 60_000;
  const settled = samples.filter(({ atMs }) => atMs >= durationMs * warmUpShare);
  const lines = staying(settled).map((pid) => judgeProcess(settled, pid));
  print('\n| processus | mémoire | pente | descripteurs, début et fin | verdict |');
  print('| --- | --- | --- | --- | --- |');
  for (const { text, isSound } of lines) {
    print(`${text} ${isLong ? (isSound ? 'plat' : 'CROÎT') : 'trop court'} |`);
  }
  const lags = samples.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
  print(
    `\nConnexions à PostgreSQL : ${spread(settled.map(({ connections }) => connections))} ; ` +
      `fichiers temporaires : ${spread(settled.map(({ temporaryFiles }) => temporaryFiles))} ; ` +
      `retard (« /healthz », 99 %) : médiane ${Math.round(lags[lags.length >> 1] ?? 0)} ms, au plus ${Math.round(lags.at(-1) ?? 0)} ms`,
  );
  print(
    `${load.searches} recherches, ${load.checks} vérifications, ${cycles.done} étapes faites, ${cycles.failed.length} en échec`,
  );
  print(`Demandes envoyées à l’Annuaire, passage par passage : ${cycles.sent.join(', ')}`);
  const faults = [
    ...[...load.faults].map(([text, count]) => `${text} (${count} fois)`),
    ...cycles.failed,
    ...(lines.length < 3 ? [`${lines.length} processus seulement sont restés`] : []),
    ...findIdlePushes(cycles),
    ...(cycles.done === 0 ? ['aucune étape n’a été faite'] : []),
  ];
  for (const fault of faults) print(`✗ ${fault}`);
  const grows = isLong && lines.some(({ isSound }) => !isSound);
  print(
    grows
      ? 'Verdict : quelque chose croît.'
      : isLong
        ? 'Verdict : plat.'
        : 'Verdict : trop court pour une pente.',
  );
  return !grows && faults.length === 0;
}

/** Processes of the first and of the last sample: stages come and go. */
function staying(samples: readonly Sample[]): number[] {
  const last = new Set(samples.at(-1)?.processes.map(({ pid }) => pid));
  return (samples[0]?.processes ?? []).map(({ pid }) => pid).filter((pid) => last.has(pid));
}

function judgeProcess(
  samples: readonly Sample[],
  pid: number,
): { readonly text: string; readonly isSound: boolean } {
  const seen = samples.flatMap(({ atMs, processes }) =>
    processes.filter((one) => one.pid === pid).map((one) => ({ atMs, ...one })),
  );
  const points: Point[] = seen.map(({ atMs, rssMb }) => ({ atMs, value: rssMb }));
  const slope = slopeOf(points);
  const third = Math.max(1, Math.floor(seen.length / 3));
  const most = (part: typeof seen): number => Math.max(...part.map((one) => one.descriptors));
  const [before, after] = [most(seen.slice(0, third)), most(seen.slice(-third))];
  const isSound = slope !== undefined && isFlat(slope) && after <= before + descriptorsMax;
  const text =
    `| ${pid === samples[0]?.processes[0]?.pid ? 'superviseur' : `service ${pid}`} | ${spread(seen.map(({ rssMb }) => Math.round(rssMb)))} Mo | ` +
    `${slope ? `${slope.perHour.toFixed(1)} ± ${slope.margin.toFixed(1)} Mo/h` : '—'} | ${before}, ${after} |`;
  return { text, isSound };
}

function spread(values: readonly number[]): string {
  return `${Math.min(...values)} à ${Math.max(...values)}`;
}
