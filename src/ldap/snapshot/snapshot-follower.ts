// Serves what the folder holds: reads each new manifest's files, and hands the snapshot over whole.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSnapshot, SnapshotFileError, type LoadedSnapshot } from './load-snapshot.js';
import { manifestPath, readManifest } from './manifest.js';
import { ReplacedBase } from './replaced-base.js';
import { SegmentFileError } from './segment-file-error.js';
import type { Snapshot } from './segment.js';
import type { SnapshotEvent } from './snapshot-event.js';
import { isMissing, setAside } from './snapshot-folder.js';

export type FollowerOptions = {
  readonly folder: string;
  /** See `SnapshotPlan.fingerprint`: what was built with other settings is not served. */
  readonly fingerprint: string;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onEvent: (event: SnapshotEvent) => void;
  readonly now: () => Date;
};

/** About a minute: files may be hundreds of megabytes, and whoever mends the disk does not wait long. */
const looksToSkipMax = 120;

export class SnapshotFollower {
  readonly #options: FollowerOptions;
  #loaded: LoadedSnapshot | undefined;
  readonly #replaced = new ReplacedBase();
  /** Of the manifest last served, or given up; '' to look again. */
  #seen = '';
  /** Of the manifest whose files could not be read, and how often in a row. */
  #failed: string | undefined;
  #failures = 0;
  #looksToSkip = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** To be called about twice a second. Serves what is new in the folder, if anything; returns false when its files are not all good: a build is needed. */
  async follow(signal: AbortSignal): Promise<boolean> {
    this.#replaced.look();
    const mark = await this.#markOfManifest();
    if (mark === this.#seen || (mark === this.#failed && this.#looksToSkip-- > 0)) return true;
    try {
      const isThere = await this.#load(signal);
      this.#seen = mark;
      this.#failed = undefined;
      return isThere;
    } catch (error) {
      // Replaced between the manifest and its files: the next look finds the new one.
      if (signal.aborted || (await this.#markOfManifest()) !== mark) return true;
      await this.#giveUp(error, mark);
      return false;
    }
  }

  /** False when what is served is on the disk no more. */
  async #load(signal: AbortSignal): Promise<boolean> {
    const { folder, fingerprint, onSnapshot, onEvent, now } = this.#options;
    const manifest = await readManifest(folder);
    if (!manifest && this.#loaded) {
      onEvent({ kind: 'vanished' });
      return false;
    }
    // With other settings, columns are not those of the schema: the builder is about to replace it.
    if (manifest?.fingerprint !== fingerprint) return true;
    if (manifest.id === this.#loaded?.manifest.id) return true;
    const loaded = await loadSnapshot(folder, manifest, this.#loaded, signal);
    const before = this.#loaded?.base;
    this.#loaded = loaded;
    onSnapshot(loaded.snapshot);
    if (before !== loaded.base) this.#replaced.replaced(before);
    const ageMs = now().getTime() - manifest.builtAt.getTime();
    onEvent({ kind: 'served', snapshot: loaded.snapshot, ageMs });
    return true;
  }

  /** Changes with each replacement of the manifest; '' when there is none. */
  async #markOfManifest(): Promise<string> {
    return stat(manifestPath(this.#options.folder)).then(
      ({ ino, mtimeMs, size }) => `${ino} ${mtimeMs} ${size}`,
      // One that cannot be looked at is tried, which tells why.
      (error: unknown) => (isMissing(error) ? '' : 'inaccessible'),
    );
  }

  /** A file that is not what was written is set aside; any other is tried again, less and less often. */
  async #giveUp(error: unknown, mark: string): Promise<void> {
    const { folder, onEvent } = this.#options;
    const isNew = mark !== this.#failed;
    this.#failures = isNew ? 0 : this.#failures + 1;
    this.#failed = mark;
    this.#looksToSkip = Math.min(looksToSkipMax, 2 ** this.#failures);
    if (error instanceof SnapshotFileError && error.cause instanceof SegmentFileError) {
      if (isNew) onEvent({ kind: 'broken', file: error.file, error: error.cause });
      try {
        await setAside(join(folder, error.file));
        this.#seen = mark;
      } catch (failure) {
        if (isNew) onEvent({ kind: 'unreadable', error: failure });
      }
    } else if (isNew) onEvent({ kind: 'unreadable', error });
  }
}
