// What a server process runs: the newest snapshot of the folder, from the first moment; and, in one process at least,
// what keeps the folder up to date.
import { SnapshotFollower, type FollowerOptions } from './snapshot-follower.js';
import { SnapshotKeeper, type KeeperOptions } from './snapshot-keeper.js';
import { Wakeable } from './wakeable.js';

export type SnapshotServiceOptions = FollowerOptions & {
  /** Undefined in a process that only serves: another keeps the folder. */
  readonly keeping:
    Omit<KeeperOptions, 'folder' | 'fingerprint' | 'onBuilt' | 'onEvent'> | undefined;
};

/** Between two looks at the manifest: one `stat`. */
const lookMs = 500;

export class SnapshotService {
  readonly #follower: SnapshotFollower;
  readonly #keeper: SnapshotKeeper | undefined;
  readonly #wakeable = new Wakeable();
  #loops: Promise<unknown> | undefined;

  constructor(options: SnapshotServiceOptions) {
    this.#follower = new SnapshotFollower(options);
    this.#keeper =
      options.keeping &&
      new SnapshotKeeper({
        ...options.keeping,
        folder: options.folder,
        fingerprint: options.fingerprint,
        onEvent: options.onEvent,
        onBuilt: () => this.#wakeable.wake(),
      });
  }

  /** Resolves once what is on the disk, if anything, is served; the database is not waited for. Stops with `signal`. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#follower.follow(signal);
    this.#loops = Promise.all([this.#follow(signal), this.#keeper?.run(signal)]);
  }

  /** Resolves when nothing of it is at work any more, after its signal was aborted. */
  async stopped(): Promise<void> {
    await this.#loops;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#wakeable.pause(lookMs, signal);
      if (!(await this.#follower.follow(signal))) this.#keeper?.wake();
    }
  }
}
