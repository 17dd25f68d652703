// The judge of a round: what is there in the end, against what the same day without a fault ended in.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationCounts } from './simulated.js';
import { watched, type Watched } from './witness.js';

export const invariantNames = [
  'historique',
  'état final',
  'opérations',
  'chaîne des traces',
  'service',
  'restes',
  'processus',
  'reprise',
] as const;
export type InvariantName = (typeof invariantNames)[number];

/** All that was seen of a round, once it was played again without a fault. */
export type Observation = {
  readonly lostHistory: readonly string[];
  readonly finalState: Readonly<Record<string, readonly string[]>>;
  /** By the simulator's own count. */
  readonly done: Readonly<Record<string, OperationCounts>>;
  /** By address, lower case: requests for a replacement whose outcome is not known. */
  readonly unknownReplacements: Readonly<Record<string, number>>;
  readonly auditVerify: { readonly code: number | null; readonly text: string };
  /** Every number of rows in service that somebody could read meanwhile. */
  readonly seen: ReadonlyMap<Watched, ReadonlyMap<number, number>>;
  readonly atBounds: ReadonlyMap<Watched, ReadonlySet<number>>;
  /** Files left in the data and temporary folders, digits and drawn names made alike. */
  readonly files: readonly string[];
  readonly fileBytes: number;
  readonly processes: readonly number[];
  readonly recovery: readonly string[];
  /** Of each publication of the simulated Annuaire, in order. */
  readonly publishedLines: readonly number[];
  /** How often somebody could read what was in service. */
  readonly readCount: number;
};

export type Verdict = Readonly<Record<InvariantName, readonly string[]>>;

/** Beyond what a round without a fault leaves: a download cut short may wait to be resumed. */
const leftBytesMax = 4 * 2 ** 20;

/** `lied`: the Annuaire said done what it did not do, so that the same operation was rightly asked for twice. */
export function judge(seen: Observation, wanted: Observation, lied: boolean): Verdict {
  return {
    historique: seen.lostHistory,
    'état final': judgeFinalState(seen, wanted, lied),
    opérations: judgeDone(seen, wanted.done),
    'chaîne des traces':
      seen.auditVerify.code === 0 ? [] : [`audit verify : ${seen.auditVerify.text}`],
    service: judgeService(seen, wanted),
    restes: judgeFiles(seen, wanted),
    processus: seen.processes.map((pid) => `le processus ${pid} vit encore`),
    reprise: seen.recovery,
  };
}

function judgeFinalState(seen: Observation, wanted: Observation, lied: boolean): string[] {
  return Object.entries(wanted.finalState).flatMap(([subject, lines]) => {
    const found = seen.finalState[subject] ?? [];
    if (lied && (subject === 'opérations acceptées' || subject === 'opérations confirmées')) {
      return differences(subject, [...new Set(found)], [...new Set(lines)]);
    }
    return differences(subject, found, lines);
  });
}

function differences(
  subject: string,
  found: readonly string[],
  wanted: readonly string[],
): string[] {
  const left = [...wanted];
  const added = found.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [
    ...left.slice(0, 3).map((line) => `${subject} : manque ${line}`),
    ...added.slice(0, 3).map((line) => `${subject} : en trop ${line}`),
  ];
}

/**
 * Inserts and deletions to the unit. A replacement whose outcome is not known is sent again without a look, since it writes
 * the same values: it may be counted once more for each request of unknown outcome that the program wrote down, never
 * otherwise. What it wrote is in the final state.
 */
function judgeDone(
  { done, unknownReplacements }: Observation,
  wanted: Readonly<Record<string, OperationCounts>>,
): string[] {
  const adresses = new Set([...Object.keys(done), ...Object.keys(wanted)]);
  return [...adresses].flatMap((adresse) => {
    const [found, right] = [done[adresse] ?? nothingDone, wanted[adresse] ?? nothingDone];
    const isRight =
      found.insert === right.insert &&
      found.delete === right.delete &&
      found.replace >= right.replace &&
      found.replace <=
        right.replace + (right.replace > 0 ? (unknownReplacements[adresse] ?? 0) : 0);
    return isRight
      ? []
      : [`${adresse} : l’Annuaire a fait ${describe(found)} au lieu de ${describe(right)}`];
  });
}

const nothingDone: OperationCounts = { insert: 0, replace: 0, delete: 0 };

function describe({ insert, replace, delete: deleted }: OperationCounts): string {
  return `${insert} ajout, ${replace} modification, ${deleted} suppression`;
}

/** A load is seen whole or not at all: only numbers that a stage begins or ends with. */
function judgeService(seen: Observation, wanted: Observation): string[] {
  return watched.flatMap((table) => {
    const values = seen.seen.get(table);
    if (!values || values.size === 0) return [`${table} : personne n’a pu lire`];
    const allowed = new Set([
      ...(wanted.atBounds.get(table) ?? []),
      ...(table === 'bal_annuaire' ? publishedCounts(seen, wanted) : []),
      // Constats of sources that a fault kept apart are judged rightly on what is there.
      ...(table === 'constat' ? (seen.atBounds.get(table) ?? []) : []),
    ]);
    return [...values.keys()]
      .filter((value) => !allowed.has(value))
      .map((value) => `${table} : ${value} lignes lues, alors que ${[...allowed].join(', ')}`);
  });
}

/** What each publication puts in service: its lines, less those that any publication of that day has refused. */
function publishedCounts(seen: Observation, wanted: Observation): number[] {
  const inService = Number(wanted.finalState['bal_annuaire']?.[0]?.split(' ')[0]);
  const refused = (wanted.publishedLines.at(-1) ?? NaN) - inService;
  return seen.publishedLines.map((lines) => lines - refused);
}

function judgeFiles(seen: Observation, wanted: Observation): string[] {
  const known = new Set(wanted.files);
  const extra = seen.files.filter((file) => !known.has(file));
  const resumable = extra.filter((file) => /\/tmp\/.*(partial|zip|gz|csv|xml)/u.test(file));
  return [
    ...extra.filter((file) => !resumable.includes(file)).map((file) => `fichier laissé : ${file}`),
    ...(seen.fileBytes > wanted.fileBytes + leftBytesMax
      ? [`${seen.fileBytes} octets laissés`]
      : []),
  ];
}

/** Their names with what is drawn or counted made alike, and their size in all. */
export function listFiles(folders: readonly string[]): { files: string[]; bytes: number } {
  let bytes = 0;
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        bytes += statSync(path).size;
        return path
          .slice(folder.lastIndexOf('/'))
          .replaceAll(/[0-9a-f]{16}|[0-9a-f-]{36}/gu, 'X')
          .replaceAll(/\d+/gu, 'N');
      }),
  );
  return { files: files.sort(), bytes };
}
