import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { readValues } from '../../../src/ldap/search/entry-reader.js';
import { readManifest, writeManifest, type Manifest } from '../../../src/ldap/snapshot/manifest.js';
import type { Snapshot } from '../../../src/ldap/snapshot/segment.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import { writeSegmentFile } from '../../../src/ldap/snapshot/segment-file.js';
import { describeSnapshotEvent } from '../../../src/ldap/snapshot/snapshot-event.js';
import { SnapshotFollower } from '../../../src/ldap/snapshot/snapshot-follower.js';
import { load } from '../../support/annuaire.js';
import { bal, openPool, ServiceBench } from './service-bench.js';
import { entryOf, smallSchema } from './small-schema.js';

describe('the snapshot of a server process', () => {
  let bench: ServiceBench;

  beforeEach(async () => {
    bench = await ServiceBench.open();
  });
  afterEach(() => bench.close());

  it('is built from the database, then follows each load as it is announced', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.start();
    await bench.until(() => bench.served.length === 1);
    assert.deepEqual(bench.namesServed, ['a']);
    // No look for an hour: only the notice can tell.
    await load(bench.database.pool, { bals: [bal('a'), bal('b')] });
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['a', 'b']);
    assert.deepEqual(bench.kinds, [
      'build-started',
      'build-done',
      'served',
      'build-started',
      'build-done',
      'served',
    ]);
  });

  it('is found by looking when notices are lost', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.database.pool.query('drop trigger source_load_annonce on source_load');
    await bench.start({ pollMs: 20 });
    await bench.until(() => bench.served.length === 1);
    await load(bench.database.pool, { bals: [bal('b')] });
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['b']);
  });

  it('comes from the disk while the database is down, and is brought up to date when it is back', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.build();
    await load(bench.database.pool, { bals: [bal('b')] });
    let isDown = true;
    await bench.start({
      pollMs: 20,
      openDatabase: () => Promise.resolve(openPool(isDown ? nowhere : bench.database.url)),
    });
    assert.deepEqual(bench.namesServed, ['a']);
    await bench.until(() => bench.kinds.includes('database-lost'));
    isDown = false;
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['b']);
    assert.deepEqual(bench.kinds.slice(0, 3), ['served', 'database-lost', 'database-back']);
    assert.equal(bench.kinds.filter((kind) => kind === 'database-lost').length, 1);
  });

  it('goes on when the connection is cut, with no notice lost', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.start({ pollMs: 20 });
    await bench.until(() => bench.served.length === 1);
    await bench.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await load(bench.database.pool, { bals: [bal('b')] });
    await bench.until(() => bench.namesServed[0] === 'b');
  });

  it('stays when a file is broken, which is set aside and built again', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.build();
    const { base } = await manifestOf(bench.folder);
    const bytes = await readFile(join(bench.folder, base.file));
    bytes.writeUInt8(
      (bytes.at(-1) ?? 0) ^ 1,
      bytes.length - 70_000 < 0 ? bytes.length >> 1 : 5_000,
    );
    await writeFile(join(bench.folder, base.file), bytes);
    await bench.start();
    await bench.until(() => bench.served.length === 1);
    assert.deepEqual(bench.namesServed, ['a']);
    assert.equal(bench.kinds[0], 'broken');
    assert.notEqual((await manifestOf(bench.folder)).base.file, base.file);
  });

  it('stays when a build fails, which is told and tried again', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.build();
    await load(bench.database.pool, { bals: [bal('b')] });
    let failures = 2;
    await bench.start({
      pollMs: 20,
      build: (signal) => {
        if (failures-- > 0) throw new Error('plus de place');
        return bench.build(signal);
      },
    });
    assert.deepEqual(bench.namesServed, ['a']);
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['b']);
    const failed = bench.events.find(({ kind }) => kind === 'build-failed');
    assert.match(failed ? describeSnapshotEvent(failed) : '', /plus de place.*Nouvel essai/s);
  });

  it('follows the folder that another process keeps, without a database', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.start(null);
    assert.deepEqual(bench.served, []);
    await bench.build();
    await bench.until(() => bench.served.length === 1);
    assert.deepEqual(bench.namesServed, ['a']);
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

async function manifestOf(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  assert.ok(manifest);
  return manifest;
}
