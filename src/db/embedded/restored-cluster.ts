// A private server made from a base backup, in a folder of its own: seen whole, recovered and started before it takes any place.
import { spawn } from 'node:child_process';
import { createHash, randomBytes, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, RefusedError } from '../../errors.js';
import { prepareBinaries, type Binaries } from './binaries.js';
import { database, superuser } from './cluster.js';
import { openHome, type Home } from './home.js';
import { serverEnvironment } from './run-as.js';
import { openLog, readLogFrom } from './server-log.js';
import { serverSettings } from './server-settings.js';
import { connectToServer, stopServer } from './server.js';
import {
  assertNotServed,
  draftHome,
  finishSwap,
  removeAbandonedDrafts,
  restoredPrefix,
  swapIn,
} from './swap.js';
import { altered, readTar, type TarEntry } from './tar-reader.js';

export type FileFacts = { readonly size: number; readonly sha256: string };

export type RestoredServer = {
  readonly connectionString: string;
  /** Stops the server and gives its folder the place of the data; returns where the data that was there is now. */
  readonly putInPlace: (asideName: string) => Promise<string | undefined>;
  /** Stops the server and removes its folder. To be called whatever happened; does nothing after `putInPlace`. */
  readonly discard: () => Promise<void>;
};

export type RestoreOptions = {
  readonly dataDir: string;
  readonly major: number;
  /** PostgreSQL's own list, by path. */
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly signal: AbortSignal;
};

/** Whether a base is already there. */
export async function hasBase(dataDir: string): Promise<boolean> {
  const home = await openHome(dataDir, false);
  await finishSwap(home);
  return existsSync(home.folder);
}

/** @throws RefusedError `BASE_EN_SERVICE` */
export async function assertBaseUnused(dataDir: string): Promise<void> {
  await assertNotServed(await openHome(dataDir, false));
}

/** Unpacks `archive` (the tar of a base backup) beside the data of `dataDir`, and starts a server on it. */
export async function startRestored(
  archive: AsyncIterable<Buffer>,
  options: RestoreOptions,
): Promise<RestoredServer> {
  const home = await openHome(options.dataDir, false);
  const binaries = await prepareBinaries(home);
  assertSameMajor(binaries, options.major);
  await removeAbandonedDrafts(home);
  const draft = draftHome(
    home,
    `${restoredPrefix}${process.pid}-${randomBytes(4).toString('hex')}`,
  );
  try {
    await makeFolder(draft, draft.folder);
    await makeFolder(draft, draft.dataPath);
    await unpack(archive, draft, options);
    const password = await recover(draft, binaries, options.signal);
    return await start(home, draft, binaries, password);
  } catch (error) {
    await discard(draft);
    throw error;
  }
}

function assertSameMajor(binaries: Binaries, major: number): void {
  if (binaries.major === major) return;
  throw new RefusedError(
    'POSTGRES_MAJOR_DIFFERS',
    `Cette sauvegarde est au format de PostgreSQL ${major} ; ce programme fournit PostgreSQL ${binaries.major}. Rien n'a été ` +
      `modifié. Restaurez-la avec la version du programme qui l'a faite, puis mettez à jour (docs/mise-a-niveau.md).`,
  );
}

async function makeFolder({ user }: Home, path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (user) await chown(path, user.uid, user.gid);
}

/** Every file is compared with the list as it is written, and none may be missing. */
async function unpack(
  archive: AsyncIterable<Buffer>,
  draft: Home,
  { files, signal }: RestoreOptions,
): Promise<void> {
  const unpacker = new Unpacker(draft, files);
  try {
    await readTar(archive, {
      open: (entry) => {
        signal.throwIfAborted();
        return unpacker.open(entry);
      },
      data: (chunk) => unpacker.data(chunk),
      close: () => unpacker.close(),
    });
  } finally {
    await unpacker.end();
  }
  unpacker.assertComplete();
}

class Unpacker {
  readonly #draft: Home;
  readonly #missing: Map<string, FileFacts>;
  #file: { path: string; handle: FileHandle; hash: Hash; size: number } | undefined;

  constructor(draft: Home, files: ReadonlyMap<string, FileFacts>) {
    this.#draft = draft;
    this.#missing = new Map(files);
  }

  async open({ path, kind }: TarEntry): Promise<void> {
    const target = join(this.#draft.dataPath, path);
    if (kind === 'folder') return makeFolder(this.#draft, target);
    await makeFolder(this.#draft, dirname(target));
    const handle = await open(target, 'wx', 0o600);
    if (this.#draft.user) await handle.chown(this.#draft.user.uid, this.#draft.user.gid);
    this.#file = { path, handle, hash: createHash('sha256'), size: 0 };
  }

  async data(chunk: Buffer): Promise<void> {
    if (!this.#file) return;
    this.#file.hash.update(chunk);
    this.#file.size += chunk.length;
    await this.#file.handle.writeFile(chunk);
  }

  async close(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    await this.end();
    const facts = this.#missing.get(file.path);
    // The log that makes the copy consistent is added after the list: PostgreSQL checks each of its records itself.
    if (!facts && !/^(\.\/)?pg_wal\//u.test(file.path)) {
      throw altered(`« ${file.path} » n'est pas dans la liste de ses fichiers`);
    }
    if (facts && (facts.size !== file.size || facts.sha256 !== file.hash.digest('hex'))) {
      throw altered(`« ${file.path} » n'est pas tel qu'il a été sauvegardé`);
    }
    this.#missing.delete(file.path);
  }

  async end(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  assertComplete(): void {
    const [path] = this.#missing.keys();
    if (path !== undefined) throw altered(`« ${path} » y manque`);
  }
}

/**
 * PostgreSQL alone with the folder: it replays the log up to the end of the backup, and takes a new password, as a backup
 * does not hold the old one. Returns the password.
 */
async function recover(draft: Home, binaries: Binaries, signal: AbortSignal): Promise<string> {
  const password = randomBytes(24).toString('base64url');
  await writeFile(draft.passwordPath, password, { mode: 0o600 });
  if (draft.user) await chown(draft.passwordPath, draft.user.uid, draft.user.gid);
  const log = await openLog(draft);
  try {
    const code = await runAlone(
      draft,
      binaries,
      log.fd,
      `alter role ${superuser} password '${password}'`,
    );
    signal.throwIfAborted();
    const said = await readLogFrom(draft, 0);
    if (code === 0 && !/^.*\b(ERROR|FATAL|PANIC):/mu.test(said)) return password;
    throw new AppError(
      'RESTAURATION_IMPOSSIBLE',
      `PostgreSQL n'a pas pu reprendre cette sauvegarde : ${said || `code ${String(code)}`}. Rien n'a été restauré ; ` +
        `vérifiez la place libre, sinon prenez une autre sauvegarde.`,
    );
  } finally {
    await log.close();
  }
}

function runAlone(
  draft: Home,
  binaries: Binaries,
  log: number,
  sql: string,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      binaries.postgres,
      ['--single', '-D', draft.dataPath, ...serverSettings(1, false), ...syncSettings(), database],
      {
        cwd: '/',
        stdio: ['pipe', log, log],
        env: serverEnvironment(),
        timeout: recoveryTimeoutMs,
        ...(draft.user && { uid: draft.user.uid, gid: draft.user.gid }),
      },
    );
    child.on('error', reject);
    child.on('close', resolve);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${sql}\n`);
  });
}

/** What was unpacked goes to the disk before it is relied on: in one call where the system has it, not file by file. */
function syncSettings(): readonly string[] {
  return process.platform === 'linux' ? ['-c', 'recovery_init_sync_method=syncfs'] : [];
}

async function start(
  home: Home,
  draft: Home,
  binaries: Binaries,
  password: string,
): Promise<RestoredServer> {
  const { client, port } = await connectToServer({
    home: draft,
    binaries,
    password,
    isDisposable: false,
  });
  const stop = async (): Promise<void> => {
    await client.end().catch(() => undefined);
    await stopServer(draft);
  };
  return {
    connectionString: `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`,
    putInPlace: async (asideName) => {
      await stop();
      return swapIn(home, draft, asideName);
    },
    discard: async () => {
      await client.end().catch(() => undefined);
      await discard(draft);
    },
  };
}

async function discard(draft: Home): Promise<void> {
  if (!existsSync(draft.folder)) return;
  await stopServer(draft).catch(() => undefined);
  await rm(draft.folder, { recursive: true, force: true });
}

// A backup holds what was written while it was made: minutes of log, not hours.
const recoveryTimeoutMs = 3_600_000;
