// A folder that only ever shows whole samples: files are written under other names and renamed together at the end.
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.js';
import { truthFile } from './file-names.js';

/** Of this process: two programs may write the same sample at once, and the last to end puts its own in place. */
const partialSuffix = `.${process.pid}.sample-partiel`;
const anyPartial = /\.(\d+)\.sample-partiel$/u;

/** Where a sample's settings put the database; it stays when the files are replaced. */
const databaseFolder = 'var';

/** Recognises a truth.json as ours. */
export const sampleMark = 'annuaire-sync sample';

export class OutputFolder {
  readonly path: string;
  readonly #previous: readonly string[];
  readonly #written: string[] = [];

  private constructor(path: string, previous: readonly string[]) {
    this.path = path;
    this.#previous = previous;
  }

  /** Refuses a folder that holds anything but a sample of ours. */
  static async open(path: string): Promise<OutputFolder> {
    await mkdir(path, { recursive: true });
    const names = await readdir(path);
    const previous = await previousFiles(path, names);
    const foreign = names.find((name) => !previous.includes(name) && !anyPartial.test(name));
    if (foreign !== undefined) {
      throw new RefusedError(
        'SAMPLE_FOLDER_NOT_EMPTY',
        `Le dossier ${path} contient « ${foreign} », qui n'est pas un fichier d'un jeu d'essai : ` +
          'rien n’a été écrit. Donnez un dossier vide ou celui d’un jeu d’essai précédent.',
      );
    }
    await Promise.all(
      names
        .filter((name) => isAbandoned(name) && !isTruth(name))
        .map((name) => rm(join(path, name), { force: true })),
    );
    return new OutputFolder(path, previous);
  }

  /** Where to write the file `name` until the sample is whole. */
  partial(name: string): string {
    this.#written.push(name);
    return this.partialPath(name);
  }

  partialPath(name: string): string {
    return join(this.path, name + partialSuffix);
  }

  get files(): readonly string[] {
    return this.#written;
  }

  /** Puts the sample in place; truth.json last, since it is what marks the folder as whole. */
  async commit(): Promise<void> {
    // Kept aside until the end: killed halfway, it still tells the next run which files are ours.
    await rename(join(this.path, truthFile), this.partialPath(`ancien-${truthFile}`)).catch(
      () => undefined,
    );
    const stale = this.#previous.filter(
      (name) => name !== databaseFolder && !this.#written.includes(name),
    );
    await Promise.all(stale.map((name) => rm(join(this.path, name), { force: true })));
    const ordered = [...this.#written].sort(
      (a, b) => Number(a === truthFile) - Number(b === truthFile),
    );
    for (const name of ordered) {
      await rename(this.partialPath(name), join(this.path, name));
    }
    await rm(this.partialPath(`ancien-${truthFile}`), { force: true });
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#written.map((name) => rm(this.partialPath(name), { force: true })));
  }
}

/** What a killed program left behind; our own number was then another's. */
function isAbandoned(name: string): boolean {
  const pid = Number(anyPartial.exec(name)?.[1]);
  if (Number.isNaN(pid)) return false;
  try {
    return pid === process.pid || !process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EPERM');
  }
}

/** Whole, being put in place, or kept aside meanwhile. */
function isTruth(name: string): boolean {
  return name.replace(anyPartial, '').endsWith(truthFile);
}

/** Names here that earlier samples wrote, from their truth files. */
async function previousFiles(path: string, names: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const name of names.filter(isTruth)) {
    const written = await filesOfTruth(join(path, name));
    for (const file of written) files.add(file);
    if (written.length > 0) files.add(databaseFolder);
    if (isAbandoned(name)) files.add(name);
  }
  // A truth file may name anything: only what lies in this very folder is looked at.
  return names.filter((name) => files.has(name));
}

async function filesOfTruth(path: string): Promise<readonly string[]> {
  try {
    const truth: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof truth !== 'object' || truth === null) return [];
    if (!('outil' in truth) || truth.outil !== sampleMark) return [];
    if (!('fichiers' in truth) || !Array.isArray(truth.fichiers)) return [];
    return truth.fichiers.filter((name): name is string => typeof name === 'string');
  } catch {
    return [];
  }
}
