// The folder where the builder leaves what servers read. A file gets its final name once it is whole and on the disk.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The snapshot's folder in the data folder of the program, made if need be. */
export async function openSnapshotFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'ldap');
  await makeSnapshotFolder(folder);
  return folder;
}

/** Does nothing when it is there. */
export async function makeSnapshotFolder(folder: string): Promise<void> {
  const mode = 0o750;
  await mkdir(folder, { recursive: true, mode }).catch(async (error: unknown) => {
    // Node.js takes a read-only disk for a missing folder; asked for one level, it says what is.
    if (isMissing(error)) await mkdir(dirname(folder), { mode });
    throw error;
  });
}

/** A name that no file of the folder ever had: servers that read an old file are not given a new one under its name. */
export function nameFile(kind: 'base' | 'difference', now: Date): string {
  const time = now.toISOString().slice(0, 19).replace(/\D/g, '');
  return `${kind}-${time}-${randomBytes(4).toString('hex')}.segment`;
}

/** Has `write` fill a new file beside `path`, then gives it this name. */
export async function putFile(
  path: string,
  write: (draftPath: string) => Promise<unknown>,
): Promise<void> {
  const draftPath = `${path}.${process.pid}-${randomBytes(4).toString('hex')}${draftSuffix}`;
  try {
    await write(draftPath);
    await rename(draftPath, path);
  } catch (error) {
    await rm(draftPath, { force: true }).catch(() => undefined);
    throw placed(error, dirname(path));
  }
  await syncFolder(dirname(path));
}

/** The folder is what an administrator knows; a full disk does not even say where it is. */
function placed(error: unknown, folder: string): unknown {
  return error instanceof Error && 'code' in error ? Object.assign(error, { path: folder }) : error;
}

/** Replaces the text of a small file: a reader sees the old one or the new one, whole. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await putFile(path, async (draftPath) => {
    const file = await open(draftPath, 'wx', 0o640);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** Sets a file that is not what was written aside: the next build then starts from nothing. */
export async function setAside(path: string): Promise<void> {
  await rename(path, `${path}${brokenSuffix}`).catch((error: unknown) => {
    // Another process that serves it was first.
    if (!isMissing(error)) throw error;
  });
}

/**
 * Removes what no manifest needs any more: a process that reads such a file has it open, or reads the new manifest
 * when it finds it gone. What is young may be another builder's, about to be named by its manifest; what is of times to
 * come was written before the clock was set right.
 */
export async function cleanFolder(
  folder: string,
  kept: readonly string[],
  now: Date,
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!ours.test(name) || kept.includes(name)) continue;
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Math.abs(now.getTime() - mtimeMs),
      () => 0,
    );
    if (age > youngMs) await rm(path, { force: true });
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Twice the time that the longest build may take. */
const youngMs = 20 * 60_000;
const draftSuffix = '.draft';
const brokenSuffix = '.broken';
const ours = /\.segment$|\.draft$|\.broken$/;

/** A name is on the disk once its folder is. Systems that cannot open a folder do it by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
