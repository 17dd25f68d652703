// The settings in force, kept beside the data: what a daemon, or `ldap`, starts reads these, whatever the
// administrator's file has become.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variableReglages } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { codeOf, messageOf } from '../errors.js';
import type { Logger } from '../logger.js';

/** Settings, and the environment of what runs on them. */
export type EnVigueur = { readonly settings: Settings; readonly env: NodeJS.ProcessEnv };

type ReglagesOptions = {
  /** Of the process that starts others. */
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly log: Logger;
};

export class ReglagesEnVigueur {
  readonly #options: ReglagesOptions;
  readonly #folder: string;
  readonly #copies = new Set<string>();

  constructor(options: ReglagesOptions) {
    this.#options = options;
    this.#folder = join(options.dataDir, 'reglages');
  }

  /** The environment of what runs on these settings. Where no copy can be written, that is said, and the file itself is read. */
  garder({ configText }: Settings): NodeJS.ProcessEnv {
    const { env, log } = this.#options;
    // Never written over: what still runs on the former ones may be started anew meanwhile.
    const path = join(this.#folder, `${process.pid}-${randomBytes(8).toString('hex')}.yaml`);
    try {
      this.#prepare();
      writeFileSync(path, configText, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      remove(path);
      log.warn(
        'reglages-non-gardes',
        `Pas de copie des réglages en vigueur (${messageOf(error)}) : étapes et services liront le fichier tel qu’il est alors.`,
      );
      return env;
    }
    this.#copies.add(path);
    return { ...env, [variableReglages]: path };
  }

  /** These alone are in force, or none any more: the other copies, which may hold secrets, are removed. */
  retenir(env?: NodeJS.ProcessEnv): void {
    for (const path of this.#copies) {
      if (path === env?.[variableReglages]) continue;
      remove(path);
      this.#copies.delete(path);
    }
  }

  /** Several daemons may share a folder of data; what one that was killed left there is removed. */
  #prepare(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (this.#copies.size > 0) return;
    for (const name of readdirSync(this.#folder)) {
      if (isAbandoned(name)) remove(join(this.#folder, name));
    }
  }
}

/** What cannot be removed is for the next start: nothing that runs hangs on it. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function isAbandoned(name: string): boolean {
  const pid = Number(/^(\d+)-[0-9a-f]{16}\.yaml$/u.exec(name)?.[1] ?? 0);
  if (pid === 0) return false;
  // In a container every daemon may have the same one.
  if (pid === process.pid) return true;
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'EPERM';
  }
}
