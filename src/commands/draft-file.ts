import { open as openFile, rename, rm } from 'node:fs/promises';

/**
 * Writes a file under another name until it is whole: yesterday's is not lost for half of today's. `work` is given a function that
 * resolves when a chunk is written.
 */
export async function writeDraftFile<T>(
  path: string,
  work: (write: (chunk: string) => Promise<void>) => Promise<T>,
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
    throw error;
  }
}
