// truth.json: every constat that a right reconciliation of the sample finds, and no other.
import { dateAt, judgedAt } from './country.js';
import type { ExpectedConstat } from './expected-constat.js';
import { sampleMark } from './output-folder.js';
import type { World } from './world.js';

export type SourceTruth = {
  readonly fichier: string;
  /** Data lines: no header, no final empty line. */
  readonly lignes: number;
} & Readonly<Record<string, string | number>>;

/** The JSON text, one constat a line. */
export function makeTruth(
  world: World,
  sources: Readonly<Record<string, SourceTruth>>,
  fichiers: readonly string[],
): string {
  const { country, planted, quirks } = world;
  const head = {
    outil: sampleMark,
    scale: country.scale,
    day: country.day,
    seed: country.seed,
    generatedAt: `${dateAt(country, 0).toISOString().slice(0, 10)}T07:30:00Z`,
    // The instant to reconcile at: INACTIVE and STRUCTURE_FERMEE depend on it.
    judgedAt: judgedAt(country).toISOString(),
    fichiers,
    quirks: { taux: country.quirks, vus: quirks },
    sources,
    parCode: countByCode(planted.constats),
  };
  const lines = planted.constats.map((one) => `    ${JSON.stringify(one)}`);
  const body = JSON.stringify(head, undefined, 2).slice(0, -2);
  return `${body},\n  "constats": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

function countByCode(constats: readonly ExpectedConstat[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of [...constats].sort((a, b) => (a.code < b.code ? -1 : 1))) {
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}
