// Received content waits in a folder of dataDir until it is used: one file each, for this account only, gone whatever happens.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { codeOf } from '../../errors.js';
import { ProblemError } from '../problem.js';
import { receive, type Received, type ReceptionLimits } from './receive.js';

export type ReceivedFile = Received & {
  /** Absolute; whoever is given it removes it. */
  readonly path: string;
};

export class ReceptionFolder {
  readonly #path: string;

  /** Creates the folder, and removes what a killed program left there. */
  constructor(path: string, now: Date) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(path))
      if (isAbandoned(path, name, now)) rmSync(join(path, name), { force: true });
  }

  /** Throws ProblemError; no file is then left. */
  async receive(
    request: IncomingMessage,
    limits: ReceptionLimits,
    extension: string,
  ): Promise<ReceivedFile> {
    const name = `${process.pid}-${randomBytes(8).toString('hex')}${suffix}.${extension}`;
    const path = join(this.#path, name);
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        const received = await receive(request, limits, async (chunk) => {
          await file.writeFile(chunk);
        });
        return { ...received, path };
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw diskFault(error);
    }
  }
}

const suffix = '.recu';
const namePattern = /^(\d+)-[0-9a-f]{16}\.recu\.[a-z]+$/u;
const silentMs = 86_400_000;

/** Ours by its name, of a process that is no more, or silent for a day: several programs may share dataDir. */
function isAbandoned(folder: string, name: string, now: Date): boolean {
  const pid = Number(namePattern.exec(name)?.[1] ?? 0);
  if (pid === 0) return false;
  if (pid === process.pid || !isAlive(pid)) return true;
  const { mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  return mtimeMs < now.getTime() - silentMs;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function diskFault(error: unknown): unknown {
  const code = codeOf(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ProblemError(
    {
      status: 507,
      code: 'DISQUE_PLEIN',
      title: 'Plus de place sur le disque',
      detail:
        'Le serveur n’a plus la place de recevoir ce contenu : rien n’a été changé. Prévenez son administrateur (dataDir).',
    },
    error,
  );
}
