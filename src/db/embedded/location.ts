// When dataDir is out of reach of the server's account (under /root), the server's files live in /var/lib (of tests: in
// /tmp), and each side names the other: dataDir/postgres.location says where they are, and `origine` beside them says whose they are.
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

/** Records a new place outside of `root`. When programs start together the first to record wins. */
export async function moveToSystemFolder(root: string, isDisposable: boolean): Promise<string> {
  const parent = isDisposable
    ? join(tmpdir(), 'annuaire-sante-sync')
    : '/var/lib/annuaire-sante-sync';
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const base = await mkdtemp(join(parent, 'base-'));
  await chmod(base, 0o755);
  await writeWhole(join(base, originFile), root);
  const draft = join(root, `${locationFile}.${process.pid}`);
  try {
    await writeFile(draft, `${base}\n`);
    await link(draft, join(root, locationFile));
    return base;
  } catch (error) {
    await rm(base, { recursive: true });
    const recorded = await readLine(join(root, locationFile));
    if (recorded === undefined) throw error;
    return recorded;
  } finally {
    await rm(draft, { force: true });
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
