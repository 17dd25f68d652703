// The files that the program leaves in dataDir: downloads under way, snapshots received. Only regular files of our own folders.
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '../errors.js';

export type FichierGarde = { readonly path: string; readonly le: Date };

/** A folder that is not there holds nothing. */
export async function listFichiers(dossiers: readonly string[]): Promise<FichierGarde[]> {
  const found: FichierGarde[] = [];
  for (const dossier of dossiers) {
    for (const name of await namesOf(dossier)) {
      const path = join(dossier, name);
      const stats = await lstat(path).catch(() => undefined);
      if (stats?.isFile() === true) found.push({ path, le: stats.mtime });
    }
  }
  return found;
}

async function namesOf(dossier: string): Promise<string[]> {
  try {
    return await readdir(dossier);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The names of those that went. */
export async function purgeFichiers(dossiers: readonly string[], avant: Date): Promise<string[]> {
  const anciens = (await listFichiers(dossiers)).filter(({ le }) => le < avant);
  for (const { path } of anciens) await rm(path, { force: true });
  return anciens.map(({ path }) => basename(path));
}

export async function countFichiers(
  dossiers: readonly string[],
  avant: Date,
): Promise<{ readonly total: number; readonly aTerme: number }> {
  const fichiers = await listFichiers(dossiers);
  return { total: fichiers.length, aTerme: fichiers.filter(({ le }) => le < avant).length };
}
