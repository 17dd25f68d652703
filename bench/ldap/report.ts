// The table of a run: medians of the rounds, ratios to slapd, and whether each target is met.
import type { Measured, Sample } from './rounds.js';
import type { Scenario } from './scenarios.js';

export type Verdict = { readonly lines: readonly string[]; readonly missed: readonly string[] };

const columns = [
  ...['requête', 'conn.', 'slapd /s', 'miroir /s', 'rapport', 'visé', ''],
  ...['p50 ms', 'p99 ms', 'p99', 'entrées', 'µs de processeur'],
];
const widths = [36, 6, 10, 10, 8, 6, 6, 15, 15, 7, 8, 16];

export function report(measured: readonly Measured[]): Verdict {
  const lines: string[] = [];
  const missed: string[] = [];
  for (const group of new Set(measured.map(({ scenario }) => scenario.group))) {
    lines.push('', group, cells(columns));
    for (const one of measured.filter(({ scenario }) => scenario.group === group)) {
      const { line, isMissed } = row(one);
      lines.push(line);
      if (isMissed) missed.push(nameOf(one.scenario));
    }
  }
  return { lines, missed };
}

function row({ scenario, samples }: Measured): { line: string; isMissed: boolean } {
  const [slapd, ours] = [samples.get('slapd') ?? [], samples.get('annuaire-sync') ?? []];
  const ratio = of(ours, 'perSecond') / of(slapd, 'perSecond');
  const p99Ratio = of(ours, 'p99Ms') / of(slapd, 'p99Ms');
  const isMissed =
    ratio < scenario.ratioMin ||
    (scenario.p99RatioMax !== undefined && p99Ratio > scenario.p99RatioMax);
  const isKnown = Number.isFinite(ratio);
  const pair = (key: 'p50Ms' | 'p99Ms'): string => `${ms(of(slapd, key))} / ${ms(of(ours, key))}`;
  const any = slapd.length > 0 ? slapd : ours;
  const line = cells([
    scenario.label,
    String(scenario.connections),
    count(of(slapd, 'perSecond')),
    count(of(ours, 'perSecond')),
    times(ratio),
    `≥ ${scenario.ratioMin}`,
    isKnown ? (isMissed ? 'MANQUÉ' : 'tenu') : '',
    pair('p50Ms'),
    pair('p99Ms'),
    times(p99Ratio) + (scenario.p99RatioMax === undefined ? '' : ` (≤ ${scenario.p99RatioMax})`),
    (sum(any, 'entries') / sum(any, 'requests')).toFixed(1),
    `${cpuPerSearch(slapd)} / ${cpuPerSearch(ours)}`,
  ]);
  return { line, isMissed: isKnown && isMissed };
}

function nameOf({ group, label, connections }: Scenario): string {
  return `${group} : ${label}, ${connections} connexion(s)`;
}

/** Processor time of the server for one search: what a busy machine falsifies least. */
function cpuPerSearch(samples: readonly Sample[]): string {
  const value = (of(samples, 'serverCores') / of(samples, 'perSecond')) * 1e6;
  return shown(value, String(Math.round(value)));
}

type Figure = 'perSecond' | 'p50Ms' | 'p99Ms' | 'serverCores' | 'generatorCores';

/** The median; NaN without samples. */
function of(samples: readonly Sample[], key: Figure): number {
  const values = samples.map((sample) => sample[key]).sort((left, right) => left - right);
  return values[Math.floor(values.length / 2)] ?? NaN;
}

function sum(samples: readonly Sample[], key: 'entries' | 'requests'): number {
  return samples.reduce((total, sample) => total + sample[key], 0);
}

function cells(texts: readonly string[]): string {
  return texts
    .map((text, index) => (index === 0 ? text.padEnd(36) : text.padStart(widths[index] ?? 0)))
    .join(' ')
    .trimEnd();
}

const shown = (value: number, text: string): string => (Number.isFinite(value) ? text : '–');
const count = (value: number): string => shown(value, Math.round(value).toLocaleString('fr-FR'));
const times = (value: number): string => shown(value, `${value.toFixed(2)}×`);
const ms = (value: number): string => shown(value, value.toFixed(value < 10 ? 2 : 1));
