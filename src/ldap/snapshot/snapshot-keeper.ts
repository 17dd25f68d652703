// Keeps the folder at the state of the database: listens, looks, and has the builder run when there is something new.
import { listen } from '../../db/listen.js';
import type { Pool } from '../../db/pool.js';
import { messageOf } from '../../errors.js';
import { withPublication, type LoadsPublies } from '../../store/bal-publiee.js';
import { haveFiles, isSameLoads, type BuildOutcome } from './build-snapshot.js';
import { readManifest } from './manifest.js';
import type { SnapshotEvent } from './snapshot-event.js';
import { Wakeable } from './wakeable.js';

export type SnapshotDatabase = {
  readonly connectionString: string;
  readonly pool: Pool;
  readonly close: () => Promise<void>;
};

export type KeeperOptions = {
  readonly folder: string;
  readonly fingerprint: string;
  /** Between two looks at a database whose notices may be missed. */
  readonly pollMs: number;
  /** Fails while the database cannot be reached; it is then called again. */
  readonly openDatabase: () => Promise<SnapshotDatabase>;
  /** Brings the folder to the state of the database, out of this process. */
  readonly build: (signal: AbortSignal) => Promise<BuildOutcome>;
  /** After a build that left something new. */
  readonly onBuilt: () => void;
  readonly onEvent: (event: SnapshotEvent) => void;
};

/** First wait after a failure; doubled each time, up to `pollMs`. */
const retryMinMs = 1_000;

export class SnapshotKeeper {
  readonly #options: KeeperOptions;
  readonly #wakeable = new Wakeable();
  #database: SnapshotDatabase | undefined;
  #listening: { readonly close: () => Promise<void> } | undefined;
  #isLost = false;
  #isDeaf = false;
  /** Of the last build, if it failed. */
  #fault: string | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Has it look now rather than at the end of its pause. */
  wake(): void {
    this.#wakeable.wake();
  }

  /** Until `signal` is aborted; what goes wrong is told by events, and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    let retryMs = retryMinMs;
    while (!signal.aborted) {
      const isWell = await this.#look(signal, retryMs);
      const pauseMs = isWell ? this.#options.pollMs : Math.min(retryMs, this.#options.pollMs);
      retryMs = isWell ? retryMinMs : retryMs * 2;
      await this.#wakeable.pause(pauseMs, signal);
    }
    await this.#close();
  }

  async #look(signal: AbortSignal, retryMs: number): Promise<boolean> {
    let isStale;
    try {
      isStale = await this.#isStale();
    } catch (error) {
      await this.#close();
      if (!this.#isLost) this.#options.onEvent({ kind: 'database-lost', error });
      this.#isLost = true;
      return false;
    }
    if (this.#isLost) this.#options.onEvent({ kind: 'database-back' });
    this.#isLost = false;
    return !isStale || this.#build(signal, retryMs);
  }

  async #isStale(): Promise<boolean> {
    const { folder, fingerprint } = this.#options;
    const { pool } = await this.#open();
    // Before the question, so that no load falls between the two.
    const deafness = await this.#listen();
    const loads = await withPublication(pool, (_client, { loads }) => Promise.resolve(loads));
    this.#tellDeafness(deafness);
    return !(await isUpToDate(folder, fingerprint, loads));
  }

  async #open(): Promise<SnapshotDatabase> {
    return (this.#database ??= await this.#options.openDatabase());
  }

  /** Returns why there will be no notices, if so. */
  async #listen(): Promise<unknown> {
    if (this.#listening || !this.#database) return undefined;
    try {
      this.#listening = await listen(this.#database.connectionString, 'annuaire_source_load', {
        onNotice: () => this.wake(),
        onLost: () => {
          this.#listening = undefined;
          this.wake();
        },
      });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Once each time, and only of a database that otherwise answers. */
  #tellDeafness(error: unknown): void {
    if (error !== undefined && !this.#isDeaf) this.#options.onEvent({ kind: 'no-notices', error });
    this.#isDeaf = error !== undefined;
  }

  async #build(signal: AbortSignal, retryMs: number): Promise<boolean> {
    const { build, onBuilt, onEvent } = this.#options;
    if (this.#fault === undefined) onEvent({ kind: 'build-started' });
    const start = performance.now();
    try {
      const outcome = await build(signal);
      this.#fault = undefined;
      onEvent({ kind: 'build-done', outcome, durationMs: performance.now() - start });
      onBuilt();
      // Another's build is looked at again before long: it may fail.
      return outcome.kind !== 'busy';
    } catch (error) {
      // A disk that stays full for a night is told of once.
      const isTold = messageOf(error) === this.#fault;
      this.#fault = messageOf(error);
      if (!signal.aborted && !isTold) onEvent({ kind: 'build-failed', error, retryMs });
      return false;
    }
  }

  async #close(): Promise<void> {
    const [listening, database] = [this.#listening, this.#database];
    this.#listening = undefined;
    this.#database = undefined;
    await listening?.close();
    await database?.close().catch(() => undefined);
  }
}

/** False too when the folder cannot be read: the builder says why. */
async function isUpToDate(
  folder: string,
  fingerprint: string,
  loads: LoadsPublies,
): Promise<boolean> {
  const manifest = await readManifest(folder).catch(() => undefined);
  if (manifest?.fingerprint !== fingerprint || !isSameLoads(manifest.loads, loads)) return false;
  return haveFiles(folder, manifest).catch(() => false);
}
