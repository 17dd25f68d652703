// The folder of temporary files: what an earlier run left there is resumed or removed, and there must be room.
import { createHash } from 'node:crypto';
import { type Stats } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.js';
import { fileFault, formatBytes } from './file-faults.js';
import {
  PartialFile,
  type Publication,
  type Sidecar,
  partialSuffix,
  readSidecar,
  sidecarSuffix,
} from './partial-file.js';

/** Creates it, and removes what lies there for too long; only files that bear our names. */
export async function prepareTempFolder(
  folder: string,
  staleAfterDays: number,
  now: Date,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const staleBefore = now.getTime() - staleAfterDays * 86_400_000;
    for (const fileName of await readdir(folder)) {
      if (!isOurs(fileName)) continue;
      const path = join(folder, fileName);
      const stats = await statOrGone(path);
      if (stats && stats.mtimeMs < staleBefore) await rm(path, { force: true });
    }
  } catch (error) {
    throw fileFault(error, folder);
  }
}

/** `<16 hex>.partial`, its JSON, and whole downloads, `<name>.<16 hex>.<extension>`. */
function isOurs(fileName: string): boolean {
  return /(^|\.)[0-9a-f]{16}(\.[a-z0-9]{1,10}){0,2}$/i.test(fileName);
}

export function urlKeyOf(url: URL): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return createHash('sha256').update(bare.href).digest('hex');
}

/**
 * The bytes that an earlier run left of the same publication, if any. `announced` is what HEAD said, undefined when the
 * server does not answer HEAD. Remains of another publication of the same address are removed.
 */
export async function adoptPartial(
  folder: string,
  urlKey: string,
  announced: Publication | undefined,
): Promise<PartialFile | undefined> {
  for (const fileName of await readdir(folder)) {
    if (!fileName.endsWith(sidecarSuffix)) continue;
    const path = join(folder, fileName.slice(0, -sidecarSuffix.length) + partialSuffix);
    const sidecar = await readSidecar(`${path}.json`);
    const stats = await statOrGone(path);
    if (sidecar?.urlKey !== urlKey || !stats || !isAbandoned(sidecar, stats)) continue;
    if (isUsable(sidecar.publication, announced, stats)) {
      const partial = await adoptOrLose(path, folder, sidecar);
      if (partial) return partial;
    } else {
      await rm(path, { force: true });
      await rm(`${path}.json`, { force: true });
    }
  }
  return undefined;
}

/** Another run of the program may take it in the same instant. */
async function adoptOrLose(
  path: string,
  folder: string,
  sidecar: Sidecar,
): Promise<PartialFile | undefined> {
  try {
    return await PartialFile.adopt(path, folder, sidecar);
  } catch (error) {
    if ((await statOrGone(path)) === undefined) return undefined;
    throw error;
  }
}

const silentMs = 3_600_000;

/** Whoever wrote it has let it go, is dead, or has been silent for an hour (another host). */
function isAbandoned(sidecar: Sidecar, stats: Stats): boolean {
  if (sidecar.isReleased || Date.now() - stats.mtimeMs > silentMs) return true;
  if (sidecar.host !== hostname()) return false;
  return sidecar.pid === process.pid || !isAlive(sidecar.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isUsable(left: Publication, announced: Publication | undefined, stats: Stats): boolean {
  // After a power cut, the end of a file may hold bytes that were never written.
  const isOfThisBoot = stats.mtimeMs > Date.now() - uptime() * 1000;
  const isWithinLength = left.totalBytes === undefined || stats.size <= left.totalBytes;
  if (!isOfThisBoot || !isWithinLength || stats.size === 0) return false;
  return announced === undefined || isSamePublished(left, announced);
}

/** What both sides state must agree, and at least the version must be stated. */
function isSamePublished(a: Publication, b: Publication): boolean {
  const agree = (x: unknown, y: unknown): boolean => x === undefined || y === undefined || x === y;
  return (
    a.version !== undefined &&
    a.version === b.version &&
    agree(a.etag, b.etag) &&
    agree(a.lastModified, b.lastModified) &&
    agree(a.totalBytes, b.totalBytes)
  );
}

/** Refuses to start what would not fit. */
export function assertRoom(
  folder: string,
  freeBytes: number,
  neededBytes: number,
  marginBytes: number,
): void {
  if (freeBytes >= neededBytes + marginBytes) return;
  throw new AppError(
    'ESPACE_INSUFFISANT',
    `${folder} : il reste ${formatBytes(freeBytes)} sur le disque ; il en faut ${formatBytes(neededBytes)} ` +
      `pour le téléchargement, plus ${formatBytes(marginBytes)} de marge. ` +
      "Libérez de la place ou choisissez un autre dossier temporaire. Rien n'a été modifié.",
  );
}

async function statOrGone(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}
