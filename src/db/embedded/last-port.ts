// Where the private server of a folder was last reached. PostgreSQL's own records (postmaster.pid, postmaster.opts) go or are
// emptied when a start fails, and programs that go on running know it by its port.
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from './home.js';

/** Undefined: it never ran, or what is there is no port. */
export async function readLastPort(home: Home): Promise<number | undefined> {
  const text = await readFile(pathIn(home), 'utf8').catch(() => '');
  const port = Number(text.trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** Whole or not at all. One that cannot be written, on a full disk, costs no more than another port at the next start. */
export async function recordPort(home: Home, port: number): Promise<void> {
  if ((await readLastPort(home)) === port) return;
  const draft = `${pathIn(home)}.${process.pid}`;
  try {
    await writeFile(draft, `${port}\n`, { mode: 0o600 });
    if (home.user) await chown(draft, home.user.uid, home.user.gid);
    await rename(draft, pathIn(home));
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function pathIn(home: Home): string {
  return join(home.folder, 'port');
}
