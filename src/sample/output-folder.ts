// A folder that only ever shows whole samples: files are written under other names and renamed together at the end.
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.js';
import { truthFile } from './file-names.js';

/** Recognises a truth.json as ours. */
export const sampleMark = 'annuaire-sync sample';

const partialSuffix = '.sample-partiel';

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
    const foreign = names.find((name) => !previous.includes(name) && !name.endsWith(partialSuffix));
    if (foreign !== undefined) {
      throw new RefusedError(
        'SAMPLE_FOLDER_NOT_EMPTY',
        `Le dossier ${path} contient « ${foreign} », qui n'est pas un fichier d'un jeu d'essai : ` +
          'rien n’a été écrit. Donnez un dossier vide ou celui d’un jeu d’essai précédent.',
      );
    }
    await Promise.all(
      names.filter((name) => name.endsWith(partialSuffix)).map((name) => rm(join(path, name))),
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
    await rm(join(this.path, truthFile), { force: true });
    const stale = this.#previous.filter((name) => !this.#written.includes(name));
    await Promise.all(stale.map((name) => rm(join(this.path, name), { force: true })));
    const ordered = [...this.#written].sort(
      (a, b) => Number(a === truthFile) - Number(b === truthFile),
    );
    for (const name of ordered) {
      await rename(this.partialPath(name), join(this.path, name));
    }
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#written.map((name) => rm(this.partialPath(name), { force: true })));
  }
}

/** Names that an earlier sample wrote, from its truth file; `var` is where its settings put the database. */
async function previousFiles(path: string, names: readonly string[]): Promise<readonly string[]> {
  if (!names.includes(truthFile)) return [];
  try {
    const truth: unknown = JSON.parse(await readFile(join(path, truthFile), 'utf8'));
    if (typeof truth !== 'object' || truth === null) return [];
    if (!('outil' in truth) || truth.outil !== sampleMark) return [];
    if (!('fichiers' in truth) || !Array.isArray(truth.fichiers)) return [];
    return truth.fichiers.filter((name): name is string => typeof name === 'string').concat('var');
  } catch {
    return [];
  }
}
