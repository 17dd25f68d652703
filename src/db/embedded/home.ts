// Where the private server's files live, and under which account it runs.
import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AppError, messageOf, UsageError } from '../../errors.js';
import { findBase, moveToSystemFolder } from './location.js';
import { runAs, type ServerUser } from './run-as.js';

export type Home = {
  /** Holds the folder below and, when they had to be copied, PostgreSQL's programs. */
  readonly base: string;
  /** Everything about the server. It appears whole, by a rename, or not at all. */
  readonly folder: string;
  readonly dataPath: string;
  readonly passwordPath: string;
  readonly logPath: string;
  readonly user: ServerUser | undefined;
};

/** Finds (or chooses, the first time) the place for `dataDir`'s server. */
export async function openHome(dataDir: string, isDisposable: boolean): Promise<Home> {
  const root = await makeDataDir(dataDir);
  if (process.getuid?.() !== 0) {
    assertKnownAccount();
    return homeIn(await findBase(root), undefined);
  }
  const base = await findBase(root);
  const user = await chooseUser(base, root);
  if (await canReach(user, base)) return homeIn(base, user);
  if (existsSync(join(base, 'postgres'))) throw unreachable(base, user);
  return homeIn(await moveElsewhere(root, user, isDisposable), user);
}

async function makeDataDir(dataDir: string): Promise<string> {
  // PostgreSQL writes the path in files of one value a line.
  if (/[\r\n]/.test(dataDir)) {
    throw new UsageError(
      'DATA_DIR_UNUSABLE',
      `Le chemin du dossier de données contient un saut de ligne (${JSON.stringify(dataDir)}) : changez « dataDir ».`,
    );
  }
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    return await realpath(dataDir);
  } catch (error) {
    throw new AppError(
      'DATA_DIR_UNUSABLE',
      `Le dossier de données ${dataDir} ne peut pas être créé ou lu (${messageOf(error)}). ` +
        `Donnez les droits d'écriture au compte qui lance le programme, ou changez « dataDir ».`,
      { cause: error },
    );
  }
}

/** PostgreSQL refuses an account that is not in the password file (a container run with a free uid). */
function assertKnownAccount(): void {
  try {
    userInfo();
  } catch (error) {
    throw new AppError(
      'ACCOUNT_UNKNOWN',
      `Le compte qui lance le programme (uid ${process.getuid?.() ?? '?'}) n'est pas dans /etc/passwd, et ` +
        `PostgreSQL le refuse. Ajoutez-le, ou indiquez votre propre serveur dans « database.url ».`,
      { cause: error },
    );
  }
}

function homeIn(base: string, user: ServerUser | undefined): Home {
  const folder = join(base, 'postgres');
  return {
    base,
    folder,
    dataPath: join(folder, 'data'),
    passwordPath: join(folder, 'password'),
    logPath: join(folder, 'postgres.log'),
    user,
  };
}

/** The owner of what exists, so that root and the ordinary user of a folder can take turns; else a system account. */
async function chooseUser(base: string, root: string): Promise<ServerUser> {
  const accounts = await readAccounts();
  for (const path of [join(base, 'postgres'), root]) {
    const owner = await stat(path).catch(() => undefined);
    if (!owner || owner.uid === 0) continue;
    const account = accounts.find((candidate) => candidate.uid === owner.uid);
    if (account) return account;
  }
  const account =
    accounts.find((candidate) => candidate.name === 'postgres') ??
    accounts.find((candidate) => candidate.name === 'nobody');
  if (account && account.uid !== 0) return account;
  throw new AppError(
    'ACCOUNT_UNKNOWN',
    `PostgreSQL refuse de tourner sous root, et ni « postgres » ni « nobody » n'existe dans /etc/passwd. ` +
      `Créez le compte « postgres », lancez le programme sous un compte ordinaire, ou indiquez « database.url ».`,
  );
}

async function readAccounts(): Promise<ServerUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

async function canReach(user: ServerUser, path: string): Promise<boolean> {
  const { isOk } = await runAs(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', path]);
  return isOk;
}

/** `dataDir` lies under a folder closed to other accounts (/root): the server's files go to /var/lib. */
async function moveElsewhere(
  root: string,
  user: ServerUser,
  isDisposable: boolean,
): Promise<string> {
  const base = await moveToSystemFolder(root, isDisposable).catch((error: unknown) => {
    throw unreachable(root, user, error);
  });
  if (!(await canReach(user, base))) throw unreachable(root, user);
  return base;
}

function unreachable(path: string, user: ServerUser, cause?: unknown): AppError {
  return new AppError(
    'DATA_DIR_UNREACHABLE',
    `Lancé sous root, PostgreSQL tourne sous le compte « ${user.name} », qui ne peut pas atteindre ${path}. ` +
      `Choisissez pour « dataDir » un dossier dont tous les parents sont traversables (par exemple ` +
      `/var/lib/annuaire-sante-sync/donnees), ou lancez le programme sous un compte ordinaire.`,
    { cause },
  );
}
