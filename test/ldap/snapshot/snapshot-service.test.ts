import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createPool } from '../../../src/db/pool.js';
import { readDn, readValues } from '../../../src/ldap/search/entry-reader.js';
import { buildSnapshot } from '../../../src/ldap/snapshot/build-snapshot.js';
import { readManifest, writeManifest, type Manifest } from '../../../src/ldap/snapshot/manifest.js';
import type { Snapshot } from '../../../src/ldap/snapshot/segment.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import { writeSegmentFile } from '../../../src/ldap/snapshot/segment-file.js';
import { SnapshotFollower } from '../../../src/ldap/snapshot/snapshot-follower.js';
import type { SnapshotDatabase } from '../../../src/ldap/snapshot/snapshot-keeper.js';
import { SnapshotService } from '../../../src/ldap/snapshot/snapshot-service.js';
import {
  describeSnapshotEvent,
  type SnapshotEvent,
} from '../../../src/ldap/snapshot/snapshot-event.js';
import { load } from '../../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { entryOf, smallSchema } from './small-schema.js';
import { testPlan } from './test-plan.js';

const hourMs = 3_600_000;
const bal = (name: string): { adresse: string; nom: string } => ({
  adresse: `${name}@exemple.mssante.fr`,
  nom: name,
});

describe('the snapshot of a server process', () => {
  let database: TestDatabase;
  let folder = '';
  let stopping: AbortController;
  let service: SnapshotService | undefined;
  let served: Snapshot[] = [];
  let events: SnapshotEvent[] = [];
  const news = new EventEmitter();

  beforeEach(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'service-'));
    stopping = new AbortController();
    [served, events] = [[], []];
  });
  afterEach(async () => {
    stopping.abort();
    await service?.stopped();
    service = undefined;
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const build = (signal: AbortSignal): ReturnType<typeof buildSnapshot> =>
    buildSnapshot({
      pool: database.pool,
      folder,
      plan: testPlan,
      now: () => new Date(),
      signal,
      onStep: () => undefined,
    });

  const start = async (
    keeping: Partial<{
      pollMs: number;
      openDatabase: () => Promise<SnapshotDatabase>;
      build: typeof build;
    }> | null = {},
  ): Promise<void> => {
    service = new SnapshotService({
      folder,
      fingerprint: testPlan.fingerprint,
      now: () => new Date(),
      onSnapshot: (snapshot) => {
        served.push(snapshot);
        news.emit('news');
      },
      onEvent: (event) => {
        events.push(event);
        news.emit('news');
      },
      keeping: keeping
        ? {
            pollMs: hourMs,
            openDatabase: () => Promise.resolve(openPool(database.url)),
            build,
            ...keeping,
          }
        : undefined,
    });
    await service.start(stopping.signal);
  };

  const until = async (isThere: () => boolean): Promise<void> => {
    const signal = AbortSignal.timeout(60_000);
    while (!isThere()) await once(news, 'news', { signal });
  };
  const namesServed = (): string[] => namesOf(served.at(-1));
  const kinds = (): string[] => events.map(({ kind }) => kind);

  it('is built from the database, then follows each load as it is announced', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await start();
    await until(() => served.length === 1);
    assert.deepEqual(namesServed(), ['a']);
    // No look for an hour: only the notice can tell.
    await load(database.pool, { bals: [bal('a'), bal('b')] });
    await until(() => served.length === 2);
    assert.deepEqual(namesServed(), ['a', 'b']);
    assert.deepEqual(kinds(), [
      'build-started',
      'build-done',
      'served',
      'build-started',
      'build-done',
      'served',
    ]);
  });

  it('is found by looking when notices are lost', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await database.pool.query('drop trigger source_load_annonce on source_load');
    await start({ pollMs: 20 });
    await until(() => served.length === 1);
    await load(database.pool, { bals: [bal('b')] });
    await until(() => served.length === 2);
    assert.deepEqual(namesServed(), ['b']);
  });

  it('comes from the disk while the database is down, and is brought up to date when it is back', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await build(stopping.signal);
    await load(database.pool, { bals: [bal('b')] });
    let isDown = true;
    await start({
      pollMs: 20,
      openDatabase: () => Promise.resolve(openPool(isDown ? nowhere : database.url)),
    });
    assert.deepEqual(namesServed(), ['a']);
    await until(() => kinds().includes('database-lost'));
    isDown = false;
    await until(() => served.length === 2);
    assert.deepEqual(namesServed(), ['b']);
    assert.deepEqual(kinds().slice(0, 3), ['served', 'database-lost', 'database-back']);
    assert.equal(kinds().filter((kind) => kind === 'database-lost').length, 1);
  });

  it('goes on when the connection is cut, with no notice lost', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await start({ pollMs: 20 });
    await until(() => served.length === 1);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await load(database.pool, { bals: [bal('b')] });
    await until(() => namesServed()[0] === 'b');
  });

  it('stays when a file is broken, which is set aside and built again', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await build(stopping.signal);
    const { base } = await manifestOf(folder);
    const bytes = await readFile(join(folder, base.file));
    bytes.writeUInt8(
      (bytes.at(-1) ?? 0) ^ 1,
      bytes.length - 70_000 < 0 ? bytes.length >> 1 : 5_000,
    );
    await writeFile(join(folder, base.file), bytes);
    await start();
    await until(() => served.length === 1);
    assert.deepEqual(namesServed(), ['a']);
    assert.equal(kinds()[0], 'broken');
    assert.notEqual((await manifestOf(folder)).base.file, base.file);
  });

  it('stays when a build fails, which is told and tried again', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await build(stopping.signal);
    await load(database.pool, { bals: [bal('b')] });
    let failures = 2;
    await start({
      pollMs: 20,
      build: (signal) => {
        if (failures-- > 0) throw new Error('plus de place');
        return build(signal);
      },
    });
    assert.deepEqual(namesServed(), ['a']);
    await until(() => served.length === 2);
    assert.deepEqual(namesServed(), ['b']);
    const failed = events.find(({ kind }) => kind === 'build-failed');
    assert.match(failed ? describeSnapshotEvent(failed) : '', /plus de place.*Nouvel essai/s);
  });

  it('follows the folder that another process keeps, without a database', async () => {
    await load(database.pool, { bals: [bal('a')] });
    await start(null);
    assert.deepEqual(served, []);
    await build(stopping.signal);
    await until(() => served.length === 1);
    assert.deepEqual(namesServed(), ['a']);
  });
});

it('50 swaps under readers: each search sees one snapshot, whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'swaps-'));
  const { signal } = new AbortController();
  const entryCount = 300;
  let current: Snapshot | undefined;
  const follower = new SnapshotFollower({
    folder,
    fingerprint: 'f',
    now: () => new Date(),
    onSnapshot: (snapshot) => (current = snapshot),
    onEvent: ({ kind }) => assert.equal(kind, 'served'),
  });
  await publish(folder, 0, entryCount);
  await follower.follow(signal);
  let isOver = false;
  const versions = new Set<string>();
  const reader = async (): Promise<void> => {
    while (!isOver) {
      const snapshot = current;
      assert.ok(snapshot);
      const seen = new Set<string>();
      for (const { segment } of snapshot.views) {
        for (let doc = 0; doc < segment.docCount; doc++) {
          // As a search that is done in slices: swaps happen meanwhile.
          if (doc % 50 === 0) await turn();
          seen.add(readValues(segment, doc, 3).join());
        }
      }
      assert.equal(seen.size, 1, [...seen].join(' and '));
      for (const version of seen) versions.add(version);
    }
  };
  const readers = [reader(), reader(), reader()];
  for (let version = 1; version <= 50; version++) {
    await publish(folder, version, entryCount);
    await follower.follow(signal);
    assert.equal(current?.id, `${version}`);
    for (let turns = 0; turns < 8; turns++) await turn();
  }
  isOver = true;
  await Promise.all(readers);
  assert.ok(versions.size > 20, `${versions.size} versions were read`);
  await rm(folder, { recursive: true });
});

/** All entries of a version say so. */
async function publish(folder: string, version: number, entryCount: number): Promise<void> {
  const list = Array.from({ length: entryCount }, (_, rank) =>
    entryOf({ cn: [`n${rank}`], mail: [`${rank}@b.fr`], employeeNumber: [`v${version}`] }),
  );
  const file = `base-${version}.segment`;
  const segment = buildSegment(smallSchema, list, 4096);
  await writeSegmentFile(join(folder, file), { segment, aside: new Map(), fingerprint: 'f' });
  const loads = { bals: version, inventaire: 0 };
  await writeManifest(folder, {
    id: `${version}`,
    fingerprint: 'f',
    base: { file, entryCount, loads },
    difference: undefined,
    loads,
    extractionDate: undefined,
    builtAt: new Date(),
  });
}

const nowhere = 'postgresql://nobody@127.0.0.1:1/none';

function openPool(url: string): SnapshotDatabase {
  const options = { max: 2, statementTimeoutMs: 60_000, applicationName: 'test-service' };
  const pool = createPool({ connectionString: url, ...options }, () => undefined);
  return { pool, connectionString: url, close: () => pool.end() };
}

async function manifestOf(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  assert.ok(manifest);
  return manifest;
}

/** What stands before the @ of each DN. */
function namesOf(snapshot: Snapshot | undefined): string[] {
  const names: string[] = [];
  for (const { segment, removed } of snapshot?.views ?? []) {
    for (let doc = 0; doc < segment.docCount; doc++) {
      if (((removed?.[doc >> 3] ?? 0) & (1 << (doc & 7))) !== 0) continue;
      names.push(/mail=(.*)@/.exec(readDn(segment, doc))?.[1] ?? '');
    }
  }
  return names.sort();
}
