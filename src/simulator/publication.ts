// The simulated Annuaire published back as a national extraction: the lines of the seed as they were, without those whose BAL
// went, with those that came. APP, CAB and liste rouge are left out, as in the real one.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import yazl from 'yazl';
import type { Client, Pool } from '../db/pool.js';
import { parisMinute } from '../domain/paris-time.js';
import { UsageError } from '../errors.js';
import { columnCount, streamLines, withSeed } from '../store/simulator.js';
import type { CarriedBal } from './carried-bal.js';
import { cell, newLines } from './new-lines.js';
import type { PorteurKey } from './porteur.js';
import { porteurOfLine } from './seed.js';
import type { Simulator } from './simulator.js';

const filePrefix = 'Extraction_Correspondance_MSSante';

/** The header of the published file, verbatim (test/fixtures/headers). */
const header =
  "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|Catégorie profession|Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|Libellé savoir-faire|Dématérialisation|Raison Sociale structure BAL|Enseigne commerciale structure BAL|L2COMPLEMENTLOCALISATION structure BAL|L3COMPLEMENTDISTRIBUTION structure BAL|L4NUMEROVOIE structure BAL|L4COMPLEMENTNUMEROVOIE structure BAL|NL4TYPEVOIE structure BAL|L4LIBELLEVOIE structure BAL|L5LIEUDITMENTION structure BAL|L6LIGNEACHEMINEMENT structure BAL|Code postal structure BAL|Département structure BAL|Pays structure BAL";

export type Publication = {
  /** Without extension. */
  readonly name: string;
  readonly genereLe: Date;
};

const minuteMs = 60_000;

/**
 * Names the next publication. Its minute is not before any operation that it shows, and after that of the publication before
 * and of the seed: each is newer than the last for whoever loads it. It is the last whole minute where that is possible, so
 * that no operation still to come is before it; else the minute that comes, which `untilItsMinute` waits for.
 *
 * @throws UsageError `DATE_TROP_ANCIENNE` when the date asked for is not.
 */
export function namePublication(
  simulator: Simulator,
  dataDir: string,
  now: Date,
  requested?: Date,
): Publication {
  const { genereLe: seededAt } = simulator.seed;
  const changes = [...simulator.state.changes().values()].map((at) => Date.parse(at));
  const lastOperation = changes.reduce((last, at) => Math.max(last, at), 0);
  const previous = readPrevious(dataDir);
  const earliest = Math.max(
    nextMinute(lastOperation),
    previous === undefined ? 0 : nextMinute(previous.getTime() + 1),
    seededAt === undefined ? 0 : nextMinute(seededAt.getTime() + 1),
  );
  if (requested && requested.getTime() < earliest) {
    throw new UsageError(
      'DATE_TROP_ANCIENNE',
      `--date : cette parution ne peut pas dater d'avant le ${new Date(earliest).toISOString()} ` +
        '(dernière opération, parution précédente ou extraction de départ).',
    );
  }
  const lastMinute = Math.floor(now.getTime() / minuteMs) * minuteMs;
  const genereLe = new Date(requested?.getTime() ?? Math.max(earliest, lastMinute));
  rememberPublication(dataDir, genereLe);
  return { name: `${filePrefix}_${parisMinute(genereLe)}`, genereLe };
}

function nextMinute(ms: number): number {
  return Math.ceil(ms / minuteMs) * minuteMs;
}

/** An operation carried out between a publication and its minute would count as before it, and not be in it. */
export async function untilItsMinute(
  { genereLe }: Publication,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = genereLe.getTime() - now.getTime();
  if (waitMs > 0) await delay(waitMs, undefined, { signal });
}

function memoryPath(dataDir: string): string {
  return join(dataDir, 'simulateur', 'parution.json');
}

function readPrevious(dataDir: string): Date | undefined {
  try {
    const parsed = JSON.parse(readFileSync(memoryPath(dataDir), 'utf8')) as { genereLe?: string };
    const date = new Date(parsed.genereLe ?? '');
    return Number.isNaN(date.getTime()) ? undefined : date;
  } catch {
    return undefined;
  }
}

function rememberPublication(dataDir: string, genereLe: Date): void {
  const path = memoryPath(dataDir);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.nouveau`, JSON.stringify({ genereLe: genereLe.toISOString() }));
  renameSync(`${path}.nouveau`, path);
}

/** Writes the zip; returns the number of its lines. What is done meanwhile is not in it. */
export function writePublication(
  pool: Pool,
  simulator: Simulator,
  { name, genereLe }: Publication,
  output: Writable,
  signal: AbortSignal,
): Promise<number> {
  const changes = takeSnapshot(simulator);
  return withSeed(pool, async (client) => {
    const counts = { lines: 0 };
    const lines = publishedLines(client, simulator, changes);
    const text = Readable.from(bytes(lines, counts), { objectMode: false });
    const failure = new AbortController();
    const zip = new yazl.ZipFile();
    zip.on('error', (error: unknown) => failure.abort(error));
    const options = { mtime: genereLe, mode: 0o100644, compressionLevel: 1 };
    zip.addReadStream(text, `${name}.txt`, options);
    zip.end();
    try {
      await pipeline(zip.outputStream, output, {
        signal: AbortSignal.any([signal, failure.signal]),
      });
    } catch (error) {
      // The COPY must be read to its end before the connection serves again.
      text.destroy();
      throw failure.signal.aborted ? failure.signal.reason : error;
    }
    return counts.lines;
  });
}

type Snapshot = ReadonlyMap<PorteurKey, readonly CarriedBal[]>;

/** What was touched, as it is now: the lists are never changed in place. */
function takeSnapshot({ state }: Simulator): Snapshot {
  return new Map([...state.changes().keys()].map((key) => [key, state.balsOf(key) ?? []]));
}

const charsPerChunk = 1 << 18;

async function* bytes(
  lines: AsyncIterable<string>,
  counts: { lines: number },
): AsyncGenerator<Buffer> {
  let text = `${header}\n`;
  for await (const line of lines) {
    text += `${line}\n`;
    counts.lines += 1;
    if (text.length < charsPerChunk) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

async function* publishedLines(
  client: Client,
  { seed, structures }: Simulator,
  changes: Snapshot,
): AsyncGenerator<string> {
  const published = new Map<PorteurKey, Set<string>>();
  for await (const batch of streamLines(client, seed)) {
    for (const line of batch) {
      const key = porteurOfLine(line, structures);
      const bals = changes.get(key);
      const kept = bals ? republish(line, bals) : line;
      if (!kept) continue;
      if (bals) note(published, key, line[1] ?? '');
      yield kept.slice(0, columnCount).join('|');
    }
  }
  yield* newLines(client, newBals(changes, published));
}

function note(published: Map<PorteurKey, Set<string>>, key: PorteurKey, adresse: string): void {
  const known = published.get(key) ?? new Set();
  published.set(key, known.add(adresse.toLowerCase()));
}

/** The line of a touched carrier as it is to be published now; undefined when it is not any more. */
function republish(
  line: readonly string[],
  bals: readonly CarriedBal[],
): readonly string[] | undefined {
  const key = (line[1] ?? '').toLowerCase();
  const bal = bals.find(({ adresse }) => adresse.toLowerCase() === key);
  if (!bal) return undefined;
  if (bal.isSeeded) return line;
  if (!isPublishable(bal)) return undefined;
  const copy = [...line];
  copy[0] = bal.typeBal;
  copy[1] = bal.adresse;
  if (bal.typeBal !== 'PER') copy[7] = cell(bal.service);
  return copy;
}

function isPublishable({ typeBal, listeRouge }: CarriedBal): boolean {
  return (typeBal === 'PER' || typeBal === 'ORG') && listeRouge !== true;
}

function* newBals(
  changes: Snapshot,
  published: ReadonlyMap<PorteurKey, ReadonlySet<string>>,
): Generator<{ key: PorteurKey; bal: CarriedBal }> {
  for (const [key, bals] of changes) {
    for (const bal of bals) {
      if (bal.isSeeded || !isPublishable(bal)) continue;
      if (!published.get(key)?.has(bal.adresse.toLowerCase())) yield { key, bal };
    }
  }
}
