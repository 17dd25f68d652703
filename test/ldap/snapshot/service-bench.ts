// The snapshot of a server process at work: a database, a folder, what is served, what is told.
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '../../../src/db/pool.js';
import { readDn } from '../../../src/ldap/search/entry-reader.js';
import { buildSnapshot, type BuildOutcome } from '../../../src/ldap/snapshot/build-snapshot.js';
import type { Snapshot } from '../../../src/ldap/snapshot/segment.js';
import type { SnapshotEvent } from '../../../src/ldap/snapshot/snapshot-event.js';
import type { SnapshotDatabase } from '../../../src/ldap/snapshot/snapshot-keeper.js';
import { SnapshotService } from '../../../src/ldap/snapshot/snapshot-service.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { testPlan } from './test-plan.js';

const hourMs = 3_600_000;

export type Keeping = {
  readonly pollMs: number;
  readonly openDatabase: () => Promise<SnapshotDatabase>;
  readonly build: (signal: AbortSignal) => Promise<BuildOutcome>;
};

export class ServiceBench {
  readonly database: TestDatabase;
  readonly folder: string;
  readonly served: Snapshot[] = [];
  readonly events: SnapshotEvent[] = [];
  now: () => Date = () => new Date();
  readonly #news = new EventEmitter();
  readonly #stopping = new AbortController();
  #service: SnapshotService | undefined;

  private constructor(database: TestDatabase, folder: string) {
    this.database = database;
    this.folder = folder;
  }

  static async open(folder?: string): Promise<ServiceBench> {
    const own = folder ?? (await mkdtemp(join(tmpdir(), 'service-')));
    return new ServiceBench(await testDatabase(), own);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#service?.stopped();
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  readonly build = (signal = this.#stopping.signal): Promise<BuildOutcome> =>
    buildSnapshot({
      pool: this.database.pool,
      folder: this.folder,
      plan: testPlan,
      now: () => this.now(),
      signal,
      onStep: () => undefined,
    });

  /** @param keeping null: another process keeps the folder */
  async start(keeping: Partial<Keeping> | null = {}): Promise<void> {
    this.#service = new SnapshotService({
      folder: this.folder,
      fingerprint: testPlan.fingerprint,
      now: () => this.now(),
      onSnapshot: (snapshot) => {
        this.served.push(snapshot);
        this.#news.emit('news');
      },
      onEvent: (event) => {
        this.events.push(event);
        this.#news.emit('news');
      },
      keeping: keeping
        ? {
            pollMs: hourMs,
            openDatabase: () => Promise.resolve(openPool(this.database.url)),
            build: this.build,
            ...keeping,
          }
        : undefined,
    });
    await this.#service.start(this.#stopping.signal);
  }

  async until(isThere: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    while (!isThere()) await once(this.#news, 'news', { signal });
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  /** What stands before the @ of each DN. */
  get namesServed(): string[] {
    const names: string[] = [];
    for (const { segment, removed } of this.served.at(-1)?.views ?? []) {
      for (let doc = 0; doc < segment.docCount; doc++) {
        if (((removed?.[doc >> 3] ?? 0) & (1 << (doc & 7))) !== 0) continue;
        names.push(/mail=(.*)@/.exec(readDn(segment, doc))?.[1] ?? '');
      }
    }
    return names.sort();
  }
}

export function openPool(url: string): SnapshotDatabase {
  const options = { max: 2, statementTimeoutMs: 60_000, applicationName: 'test-service' };
  const pool = createPool({ connectionString: url, ...options }, () => undefined);
  return { pool, connectionString: url, close: () => pool.end() };
}

/** For `load`. */
export const bal = (name: string): { adresse: string; nom: string } => ({
  adresse: `${name}@exemple.mssante.fr`,
  nom: name,
});
