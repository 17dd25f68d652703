// When dataDir is out of reach of the server's account (under /root), the server's files live in /var/lib, and each side
// names the other: dataDir/postgres.location says where they are, and `origine` beside them says whose they are.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../errors.js';

/** Where the server's files of this data folder are, or are to be. */
export async function findBase(root: string): Promise<string> {
  if (existsSync(join(root, 'postgres'))) return root;
  const base = await readLine(join(root, locationFile));
  if (base === undefined) return root;
  const origin = await readLine(join(base, originFile));
  if (origin === root || origin === undefined) return base;
  if ((await readLine(join(origin, locationFile))) === base) {
    throw new RefusedError(
      'DATA_DIR_COPIED',
      `${root} est une copie de ${origin}, dont la base privée est dans ${base}. Rien n'a été modifié. ` +
        `Supprimez ${join(root, locationFile)} pour donner à cette copie une base neuve.`,
    );
  }
  await writeWhole(join(base, originFile), root);
  return base;
}

/** Chooses the place outside of `root`, the same for programs that start together; throws when it cannot be made. */
export async function moveToSystemFolder(root: string): Promise<string> {
  const base = await findFreePlace(root);
  await mkdir(base, { recursive: true, mode: 0o755 });
  await writeWhole(join(base, originFile), root);
  await writeWhole(join(root, locationFile), base);
  return base;
}

/** A folder that once was at `root` and moved keeps the place named after it. */
async function findFreePlace(root: string): Promise<string> {
  for (let rank = 0; ; rank += 1) {
    const name = createHash('sha256').update(`${root}\0${rank}`).digest('hex').slice(0, 16);
    const base = join(systemFolder, name);
    const origin = await readLine(join(base, originFile));
    if (origin === undefined || origin === root || rank === placesMax) return base;
  }
}

async function readLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

async function writeWhole(path: string, line: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, `${line}\n`);
  await rename(temporary, path);
}

const locationFile = 'postgres.location';
const originFile = 'origine';
const systemFolder = '/var/lib/annuaire-sante-sync';
const placesMax = 100;
