// What a guard refused is kept for an administrator to look at and accept, within bounds: it names people.
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from '../../db/pool.js';
import type { FormatInventaire } from '../../domain/inventaire-recu.js';
import { findImport, forgetKeptFile, listKeptImports } from '../../store/inventaire-import.js';

export type KeptSettings = {
  /** Absolute folder of dataDir. */
  readonly folder: string;
  readonly filesMax: number;
  readonly daysMax: number;
};

/** Moves a received file there; returns its name. */
export async function keepFile(
  { folder }: KeptSettings,
  path: string,
  id: number,
  format: FormatInventaire,
): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${id}.${format}`;
  await rename(path, join(folder, name));
  return name;
}

/** Removes what is too old, or too many, or of an import that nobody knows any more. */
export async function trimKeptFiles(
  pool: Pool,
  { folder, filesMax, daysMax }: KeptSettings,
  now: Date,
): Promise<void> {
  const oldest = new Date(now.getTime() - daysMax * 86_400_000);
  const kept = await listKeptImports(pool);
  const names = new Set<string>();
  for (const [index, { id, fichier, recuLe }] of kept.entries()) {
    if (fichier === undefined) continue;
    if (index < filesMax && recuLe >= oldest) names.add(fichier);
    else await forgetKeptFile(pool, id);
  }
  for (const name of await listFiles(folder))
    if (!names.has(name) && !(await isBeingKept(pool, name)))
      await rm(join(folder, name), { force: true });
}

/** Its import is about to say that it is kept. */
async function isBeingKept(pool: Pool, name: string): Promise<boolean> {
  return (await findImport(pool, Number.parseInt(name, 10)))?.etat === 'en-cours';
}

async function listFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.filter((name) => /^\d+\.(ndjson|csv)$/u.test(name));
}
