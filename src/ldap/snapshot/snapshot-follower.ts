// Serves what the folder holds: reads each new manifest's files, and hands the snapshot over whole.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSnapshot, SnapshotFileError, type LoadedSnapshot } from './load-snapshot.js';
import { manifestPath, readManifest } from './manifest.js';
import { ReplacedBase } from './replaced-base.js';
import { SegmentFileError } from './segment-file.js';
import type { Snapshot } from './segment.js';
import type { SnapshotEvent } from './snapshot-event.js';
import { setAside } from './snapshot-folder.js';

export type FollowerOptions = {
  readonly folder: string;
  /** See `SnapshotPlan.fingerprint`: what was built with other settings is not served. */
  readonly fingerprint: string;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onEvent: (event: SnapshotEvent) => void;
  readonly now: () => Date;
};

export class SnapshotFollower {
  readonly #options: FollowerOptions;
  #loaded: LoadedSnapshot | undefined;
  readonly #replaced = new ReplacedBase();
  /** Of the manifest last served, or given up; '' to look again. */
  #seen = '';
  /** Of the manifest whose fault was told last. */
  #told = '';

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** To be called about twice a second. Serves what is new in the folder, if anything; returns false when its files are not all good: a build is needed. */
  async follow(signal: AbortSignal): Promise<boolean> {
    this.#replaced.look();
    const mark = await this.#markOfManifest();
    if (mark === this.#seen) return true;
    try {
      await this.#load(signal);
      this.#seen = mark;
      return true;
    } catch (error) {
      // Replaced between the manifest and its files: the next look finds the new one.
      if (signal.aborted || (await this.#markOfManifest()) !== mark) return true;
      await this.#tell(error, mark);
      return false;
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { folder, fingerprint, onSnapshot, onEvent, now } = this.#options;
    const manifest = await readManifest(folder);
    // With other settings, columns are not those of the schema: the builder is about to replace it.
    if (manifest?.fingerprint !== fingerprint) return;
    if (manifest.id === this.#loaded?.manifest.id) return;
    const loaded = await loadSnapshot(folder, manifest, this.#loaded, signal);
    const before = this.#loaded?.base;
    this.#loaded = loaded;
    onSnapshot(loaded.snapshot);
    if (before !== loaded.base) this.#replaced.replaced(before);
    const ageMs = now().getTime() - manifest.builtAt.getTime();
    onEvent({ kind: 'served', snapshot: loaded.snapshot, ageMs });
  }

  /** Changes with each replacement of the manifest; '' when there is none. */
  async #markOfManifest(): Promise<string> {
    return stat(manifestPath(this.#options.folder)).then(
      ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
      () => '',
    );
  }

  async #tell(error: unknown, mark: string): Promise<void> {
    const { folder, onEvent } = this.#options;
    if (error instanceof SnapshotFileError && error.cause instanceof SegmentFileError) {
      onEvent({ kind: 'broken', file: error.file, error: error.cause });
      this.#seen = mark;
      error = await setAside(join(folder, error.file)).then(
        () => undefined,
        (failure: unknown) => failure,
      );
    }
    if (error === undefined || this.#told === mark) return;
    this.#told = mark;
    onEvent({ kind: 'unreadable', error });
  }
}
