// The private server's log: what it says of a failed start, and a bound on its size.
import { copyFile, open, readFile, stat, truncate, type FileHandle } from 'node:fs/promises';
import { AppError, messageOf } from '../../errors.js';
import type { Home } from './home.js';

/** Opened for appending, so that it can be cut while the server writes to it. */
export async function openLog(home: Home): Promise<FileHandle> {
  try {
    await limitLog(home);
    const log = await open(home.logPath, 'a', 0o600);
    if (home.user) await log.chown(home.user.uid, home.user.gid);
    return log;
  } catch (error) {
    throw new AppError(
      'DATA_DIR_UNUSABLE',
      `Le journal ${home.logPath} ne peut pas être écrit (${messageOf(error)}). Vérifiez la place libre et les droits.`,
      { cause: error },
    );
  }
}

/** Past its bound the log becomes the previous log, and starts again empty. */
export async function limitLog(home: Home): Promise<void> {
  const { size } = await stat(home.logPath).catch(() => ({ size: 0 }));
  if (size <= logBytesMax) return;
  await copyFile(home.logPath, `${home.logPath}.1`);
  await truncate(home.logPath);
}

/** The last lines written since `offset`. */
export async function readLogFrom(home: Home, offset: number): Promise<string> {
  const log = await readFile(home.logPath).catch(() => Buffer.alloc(0));
  return log.subarray(offset).toString('utf8').trim().split('\n').slice(-5).join('\n');
}

const logBytesMax = 4 * 2 ** 20;
