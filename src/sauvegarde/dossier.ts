// The folder of the backups: one folder for each, under its final name only once it is whole and on the disk.
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, codeOf, UsageError } from '../errors.js';
import { nomManifeste, parseManifeste, type Manifeste } from './manifeste.js';

export type Sauvegarde = { readonly dossier: string; readonly manifeste: Manifeste };

/** Made if need be, for this account only; what killed backups left in it goes. */
export async function preparerDossier(dossier: string): Promise<void> {
  await mkdir(dossier, { recursive: true, mode: 0o700 });
  for (const nom of await readdir(dossier)) {
    const pid = Number(/^\.en-cours-(\d+)-/u.exec(nom)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    await rm(join(dossier, nom), { recursive: true, force: true });
  }
}

/** Runs `work` in a draft folder, then gives it a name of that instant; returns its path. What fails leaves nothing. */
export async function dansUnBrouillon<T>(
  dossier: string,
  now: Date,
  work: (brouillon: string) => Promise<T>,
): Promise<{ readonly chemin: string; readonly value: T }> {
  const nom = `${prefixe}${now.toISOString().slice(0, 19).replace(/[-:]/gu, '')}Z`;
  const brouillon = join(dossier, `.en-cours-${process.pid}-${nom}`);
  try {
    await mkdir(brouillon, { mode: 0o700 });
    const value = await work(brouillon);
    await syncFolder(brouillon);
    const chemin = await renommer(brouillon, join(dossier, nom));
    await syncFolder(dossier);
    return { chemin, value };
  } catch (error) {
    await rm(brouillon, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Two of the same second get two names. */
async function renommer(brouillon: string, chemin: string): Promise<string> {
  for (let rang = 1; rang <= 100; rang += 1) {
    const essai = rang === 1 ? chemin : `${chemin}-${rang}`;
    // A rename would take the place of an empty folder.
    if (existsSync(essai)) continue;
    await rename(brouillon, essai);
    return essai;
  }
  throw new AppError('SAUVEGARDE_NOM', `${chemin} et cent autres existent déjà : rangez-les.`);
}

/** @throws UsageError `SAUVEGARDE_ABSENTE`, AppError `SAUVEGARDE_ALTEREE` */
export async function lireSauvegarde(chemin: string): Promise<Sauvegarde> {
  const dossier = basename(chemin) === nomManifeste ? dirname(chemin) : chemin;
  const text = await readFile(join(dossier, nomManifeste), 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
    throw new UsageError(
      'SAUVEGARDE_ABSENTE',
      `${dossier} n'est pas une sauvegarde : ${nomManifeste} n'y est pas. Indiquez le dossier « ${prefixe}… » qu'a fait « backup ».`,
      error,
    );
  });
  const manifeste = parseManifeste(text);
  for (const { fichier, octets } of manifeste.parties) {
    const taille = await stat(join(dossier, fichier)).then(
      ({ size }) => size,
      () => undefined,
    );
    if (taille === octets) continue;
    throw new AppError(
      'SAUVEGARDE_ALTEREE',
      `${join(dossier, fichier)} ${taille === undefined ? 'manque' : `fait ${taille} octets au lieu de ${octets}`} : cette ` +
        `sauvegarde ne peut pas servir, prenez-en une autre.`,
    );
  }
  return { dossier, manifeste };
}

/**
 * Deletes the oldest backups of the base `systeme` beyond the `garder` newest. Only whole ones count and go: what cannot be read is left to
 * a person, and the newest is never deleted. Returns those deleted.
 */
export async function supprimerAnciennes(
  dossier: string,
  systeme: string,
  garder: number,
): Promise<readonly string[]> {
  const noms = (await readdir(dossier)).filter((nom) => nomSauvegarde.test(nom));
  const lues = await Promise.all(
    noms.map((nom) => lireSauvegarde(join(dossier, nom)).catch(() => undefined)),
  );
  const nosSauvegardes = lues
    .filter((lue) => lue !== undefined)
    .filter(({ manifeste }) => manifeste.postgresql.systeme === systeme)
    .sort((a, b) => b.manifeste.finieLe.localeCompare(a.manifeste.finieLe));
  const anciennes = nosSauvegardes.slice(Math.max(1, garder)).map((lue) => lue.dossier);
  for (const ancienne of anciennes) {
    // Under a draft's name first: half of a backup must not bear the name of one.
    const brouillon = join(dossier, `.en-cours-${process.pid}-${basename(ancienne)}`);
    await rename(ancienne, brouillon);
    await rm(brouillon, { recursive: true, force: true });
  }
  return anciennes;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const prefixe = 'annuaire-sync-';
const nomSauvegarde = /^annuaire-sync-\d{8}T\d{6}Z(-\d{1,3})?$/u;
