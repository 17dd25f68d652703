// What the rounds are played on: an invented country on its first day, and on days that follow.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentProgress } from '../../src/progress.js';
import { generateSample } from '../../src/sample/generate.js';
import { runInside } from './command.js';
import type { Postgres } from './postgres.js';

export const baseDatabase = 'fiabilite_base';

export type Day = {
  readonly day: number;
  readonly folder: string;
  /** File names by what they hold. */
  readonly bals: string;
  readonly professionnels: string;
  readonly inventaire: string;
};

/** Day 1 is far enough in the past for the last one to be over. */
export async function makeDays(folder: string, days: readonly number[]): Promise<Map<number, Day>> {
  const made = new Map<number, Day>();
  for (const day of [1, ...days]) {
    const outDir = join(folder, `jour-${day}`);
    rmSync(outDir, { recursive: true, force: true });
    await generateSample(
      { outDir, scale: 'demo', day, date: dateDaysAgo(Math.max(...days)) },
      silentProgress,
      new AbortController().signal,
    );
    const truth = JSON.parse(readFileSync(join(outDir, 'truth.json'), 'utf8')) as {
      sources: Record<string, { fichier: string }>;
    };
    const file = (source: string): string => truth.sources[source]?.fichier ?? '';
    made.set(day, {
      day,
      folder: outDir,
      bals: file('bals'),
      professionnels: file('professionnels'),
      inventaire: file('inventaire'),
    });
  }
  return made;
}

/** The database of somebody whose first day is done: nothing sent yet, a plan to read. */
export async function makeBase(server: Postgres, first: Day): Promise<void> {
  await server.drop(baseDatabase);
  await server.run(`create database ${baseDatabase} encoding 'UTF8' template template0`);
  const config = writeSettings(first, server.url(baseDatabase), join(first.folder, 'var'));
  for (const words of [
    ['extract'],
    ['inventory', 'import'],
    ['reconcile'],
    ['plan', 'show', '--exemples', '0'],
  ]) {
    await mustRun(config, words);
  }
}

/** What the simulated Annuaire starts from: the extraction of that day in service. */
export async function makeSimulated(server: Postgres, day: Day, database: string): Promise<void> {
  await server.drop(database);
  await server.clone(database, baseDatabase);
  const config = writeSettings(day, server.url(database), join(day.folder, 'var'));
  await mustRun(config, ['extract']);
  await mustRun(config, ['inventory', 'import']);
}

function writeSettings({ folder }: Day, databaseUrl: string, dataDir: string): string {
  const path = join(folder, 'preparation.yaml');
  writeFileSync(
    path,
    `${settingsOf(folder)}dataDir: ${JSON.stringify(dataDir)}\ndatabase: { url: '${databaseUrl}' }\n`,
  );
  return path;
}

/**
 * Of the sample, without what a round sets itself. The days are some time ago: a fresh extraction is nothing that a round is
 * about, and without one no orphan would be deleted before the Annuaire publishes again, two cycles for nothing.
 */
export function settingsOf(folder: string): string {
  const path = join(folder, 'annuaire-sync.yaml');
  if (!existsSync(path)) throw new Error(`no sample in ${folder}`);
  return readFileSync(path, 'utf8')
    .replace(/^dataDir:.*\n/mu, '')
    .replace(/^# L'API de l'ANS[^]*$/mu, '')
    .replace(/^( *)from: .*Extraction_Correspondance.*$/mu, '$&\n$1fraicheurMaxHeures: 8760');
}

/** Throws what it said when it fails. */
export async function mustRun(config: string, words: readonly string[]): Promise<void> {
  const { code, text } = await runInside(config, words);
  if (code !== 0) throw new Error(`annuaire-sync ${words.join(' ')} : ${code}\n${text}`);
}

function dateDaysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
