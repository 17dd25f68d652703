import { open as openFile, rename, rm } from 'node:fs/promises';
import type { Write } from './write-to.js';

/**
 * Writes a file under another name until it is whole: yesterday's is not lost for half of today's. What fails names the
 * file as `path`.
 */
export async function writeDraftFile<T>(
  path: string,
  work: (write: Write) => Promise<T>,
): Promise<T> {
  const draft = `${path}.${process.pid}.part`;
  try {
    const file = await openFile(draft, 'w');
    let result: T;
    try {
      result = await work(async (chunk) => {
        await file.writeFile(chunk);
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return result;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (error instanceof Error) renameIn(error, draft, path);
    throw error;
  }
}

/** Whoever reads the message knows the file by its own name. */
function renameIn(error: Error, draft: string, path: string): void {
  error.message = error.message.replaceAll(draft, path);
  if ('path' in error && error.path === draft) error.path = path;
}
