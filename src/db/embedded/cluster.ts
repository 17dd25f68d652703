// The private server's files: made once, whole or not at all, and never touched when they are not ours to read.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf, RefusedError } from '../../errors.js';
import type { Binaries } from './binaries.js';
import type { Home } from './home.js';
import { isProcessAlive } from './pid-file.js';
import { runAs } from './run-as.js';
import { finishSwap, syncFolder } from './swap.js';

export const superuser = 'annuaire';
export const database = 'annuaire_sante_sync';

/** Makes the files on the first start; later only checks that this PostgreSQL can read them. Returns the password. */
export async function prepareCluster(
  home: Home,
  binaries: Binaries,
  isDisposable: boolean,
  report: (message: string) => void,
): Promise<string> {
  await finishSwap(home);
  if (!existsSync(home.folder)) {
    report(`Création de la base privée PostgreSQL ${binaries.version} dans ${home.folder}`);
    await createCluster(home, binaries, isDisposable);
  }
  await assertSameMajor(home, binaries);
  return readClusterFile(home, home.passwordPath);
}

/** Several programs may do this at once: each in a folder of its own, and the first rename wins. */
async function createCluster(home: Home, binaries: Binaries, isDisposable: boolean): Promise<void> {
  await removeAbandoned(home);
  const draft = join(home.base, `${draftPrefix}${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(draft, { mode: 0o700 });
    const password = join(draft, 'password');
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (home.user) {
      await chown(draft, home.user.uid, home.user.gid);
      await chown(password, home.user.uid, home.user.gid);
    }
    await runInitdb(home, binaries, draft, isDisposable);
    await syncFolder(draft);
    await rename(draft, home.folder).catch((error: unknown) => {
      if (!existsSync(home.folder)) throw error;
    });
    await syncFolder(home.base);
  } catch (error) {
    throw error instanceof AppError ? error : cannotCreate(home, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What a killed start left behind; it never had the name under which a server is looked for. */
async function removeAbandoned(home: Home): Promise<void> {
  const entries = await readdir(home.base).catch(() => []);
  for (const entry of entries.filter((name) => name.startsWith(draftPrefix))) {
    if (isProcessAlive(Number(entry.slice(draftPrefix.length).split('-')[0]))) continue;
    await rm(join(home.base, entry), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function runInitdb(
  home: Home,
  binaries: Binaries,
  draft: string,
  isDisposable: boolean,
): Promise<void> {
  const { isOk, output } = await runAs(home.user, binaries.initdb, [
    `--pgdata=${join(draft, 'data')}`,
    `--username=${superuser}`,
    `--pwfile=${join(draft, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=libc',
    '--locale=C',
    '--data-checksums',
    '--no-instructions',
    ...(isDisposable ? ['--no-sync'] : []),
  ]);
  if (isOk) return;
  throw cannotCreate(home, new Error(output.split('\n').slice(-5).join(' ; ')));
}

function cannotCreate(home: Home, cause: unknown): AppError {
  const reason = messageOf(cause);
  const remedy = /no space left|ENOSPC/i.test(reason)
    ? 'Le disque est plein : libérez de la place.'
    : `Vérifiez la place libre et le droit d'écrire, ou changez « dataDir ».`;
  return new AppError(
    'DATA_DIR_UNUSABLE',
    `La base privée ne peut pas être créée dans ${home.base} : ${reason}. ${remedy}`,
    { cause },
  );
}

async function assertSameMajor(home: Home, binaries: Binaries): Promise<void> {
  const found = await readClusterFile(home, join(home.dataPath, 'PG_VERSION'));
  if (found === String(binaries.major)) return;
  const remedy =
    Number(found) > binaries.major
      ? `Installez la version du programme qui les a créées, ou une plus récente.`
      : `Faites une sauvegarde avec la version précédente du programme et chargez-la dans un dossier neuf.`;
  throw new RefusedError(
    'POSTGRES_MAJOR_DIFFERS',
    `Les données de ${home.dataPath} sont au format de PostgreSQL ${found} ; ce programme fournit ` +
      `PostgreSQL ${binaries.major}. Rien n'a été modifié. ${remedy}`,
  );
}

async function readClusterFile(home: Home, path: string): Promise<string> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text !== '') return text;
    throw new Error(`${path} est vide`);
  } catch (error) {
    throw new AppError(
      'CLUSTER_UNREADABLE',
      `Les fichiers de la base privée ne sont pas lisibles (${messageOf(error)}). Lancez le programme sous le ` +
        `compte qui a créé ${home.folder} (ou sous root) ; s'ils sont abîmés, restaurez ce dossier d'une sauvegarde, ` +
        `ou déplacez-le pour repartir d'une base vide. Rien n'a été modifié.`,
      { cause: error },
    );
  }
}

const draftPrefix = 'postgres.init-';
