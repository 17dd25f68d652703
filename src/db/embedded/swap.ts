// Puts a restored server in the place of the data. Two renames: a note says what they are, so that whoever starts next finishes
// what a killed restoration began, instead of making an empty base.
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../../errors.js';
import type { Home } from './home.js';
import { isProcessAlive, isServerProcess, readPidFile } from './pid-file.js';
import { stopServer } from './server.js';

export const restoredPrefix = 'postgres.restauration-';

/** Returns where the data that was there is now; undefined when there was none. */
export async function swapIn(
  home: Home,
  draft: Home,
  asideName: string,
): Promise<string | undefined> {
  const aside = join(home.base, asideName);
  const draftName = draft.folder.slice(home.base.length + 1);
  await writeNote(home, { pid: process.pid, draft: draftName });
  try {
    const hadData = existsSync(home.folder);
    if (hadData) await moveAside(home, aside);
    await rename(draft.folder, home.folder).catch((error: unknown) => {
      // A program that started just now read the note and did it.
      if (!existsSync(home.folder)) throw error;
    });
    await syncFolder(home.base);
    return hadData ? aside : undefined;
  } finally {
    if (existsSync(home.folder)) await rm(notePath(home), { force: true });
  }
}

/** Nobody serves it; a program that slips in between the look and the rename is seen after it, and gets its data back. */
async function moveAside(home: Home, aside: string): Promise<void> {
  await assertNotServed(home);
  await rename(home.folder, aside);
  const found = await readPidFile(join(aside, 'data'));
  if (found && (await isServerProcess(found.pid, home.dataPath))) {
    await rename(aside, home.folder);
    await assertNotServed(home);
  }
}

export async function assertNotServed(home: Home): Promise<void> {
  const found = await readPidFile(home.dataPath);
  if (found?.isServing !== true) return;
  throw new RefusedError(
    'BASE_EN_SERVICE',
    `Un programme annuaire-sync se sert de la base de ${home.base} (PostgreSQL, processus ${found.pid}). Rien n'a été ` +
      `modifié. Arrêtez-les tous (daemon, web, ldap…), puis relancez.`,
  );
}

/** Called before the data is looked for. */
export async function finishSwap(home: Home): Promise<void> {
  const note = await readNote(home);
  if (!note) return;
  const draft = join(home.base, note.draft);
  if (!existsSync(home.folder) && existsSync(draft)) {
    await rename(draft, home.folder).catch((error: unknown) => {
      if (!existsSync(home.folder)) throw error;
    });
    await syncFolder(home.base);
  } else if (existsSync(draft) && isProcessAlive(note.pid)) {
    throw new RefusedError(
      'RESTAURATION_EN_COURS',
      `Une restauration remplace la base de ${home.base} (processus ${note.pid}). Attendez sa fin, puis relancez.`,
    );
  }
  await rm(notePath(home), { force: true });
}

/** Those of killed restorations: they never had the name under which a server is looked for. */
export async function removeAbandonedDrafts(home: Home): Promise<void> {
  const entries = await readdir(home.base).catch(() => []);
  for (const entry of entries.filter((name) => name.startsWith(restoredPrefix))) {
    if (isProcessAlive(Number(entry.slice(restoredPrefix.length).split('-')[0]))) continue;
    const draft = draftHome(home, entry);
    await stopServer(draft).catch(() => undefined);
    await rm(draft.folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

export function draftHome(home: Home, name: string): Home {
  const folder = join(home.base, name);
  return {
    ...home,
    folder,
    dataPath: join(folder, 'data'),
    passwordPath: join(folder, 'password'),
    logPath: join(folder, 'postgres.log'),
  };
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

type Note = { readonly pid: number; readonly draft: string };

async function writeNote(home: Home, { pid, draft }: Note): Promise<void> {
  const temporary = `${notePath(home)}.${pid}`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(`${pid}\n${draft}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, notePath(home));
  await syncFolder(home.base);
}

async function readNote(home: Home): Promise<Note | undefined> {
  const text = await readFile(notePath(home), 'utf8').catch(() => '');
  const [pid = '', draft = ''] = text.split('\n');
  return draft.startsWith(restoredPrefix) && !draft.includes('/')
    ? { pid: Number(pid), draft }
    : undefined;
}

function notePath(home: Home): string {
  return join(home.base, 'postgres.remplacement');
}
