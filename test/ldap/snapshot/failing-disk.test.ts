// What is served stays, and one line says what to do, when the disk is full, closed to us, emptied, or the clock is wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test';
import { lineOfEvent } from '../../../src/commands/ldap-log.js';
import { readManifest, writeManifest, type Manifest } from '../../../src/ldap/snapshot/manifest.js';
import { SnapshotFollower } from '../../../src/ldap/snapshot/snapshot-follower.js';
import { load } from '../../support/annuaire.js';
import { bal, ServiceBench } from './service-bench.js';

const isRoot = process.getuid?.() === 0;
/** Looks at the database often enough for a test to wait for the second attempt. */
const often = { pollMs: 20 };

describe('the snapshot of a server process, on a disk that fails', () => {
  let bench: ServiceBench;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'disque-'));
    bench = await ServiceBench.open(join(folder, 'ldap'));
  });
  afterEach(async () => {
    await bench.close();
    spawnSync('umount', ['-q', folder]);
    rmdirSync(folder);
  });

  /** False, and the test is skipped, where nothing can be mounted. */
  const mount = (t: TestContext): boolean => {
    const mounted = isRoot
      ? spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
      : undefined;
    if (mounted?.status === 0) return true;
    t.skip('NOT TESTED: mounting a file system needs root');
    return false;
  };
  const remount = (mode: 'ro' | 'rw'): void => {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,${mode}`, folder]);
    assert.equal(status, 0, String(stderr));
  };
  const tellings = (kind: string): string[] =>
    bench.events.filter((event) => event.kind === kind).map((event) => lineOfEvent(event).message);

  it('stays when the disk is full, which is told once, and is brought up to date when it is not any more', async (t) => {
    if (!mount(t)) return;
    await load(bench.database.pool, { bals: [bal('a')] });
    let attempts = 0;
    await bench.start({
      ...often,
      build: (signal) => {
        attempts += 1;
        return bench.build(signal);
      },
    });
    await bench.until(() => bench.served.length === 1);
    const filler = join(folder, 'plein');
    await assert.rejects(writeFile(filler, Buffer.alloc(2 * 1024 * 1024)), { code: 'ENOSPC' });
    await load(bench.database.pool, { bals: [bal('b')] });
    const before = attempts;
    while (attempts < before + 3) await new Promise(setImmediate);
    assert.deepEqual(bench.namesServed, ['a']);
    assert.equal(tellings('build-failed').length, 1);
    assert.ok(!(await readdir(bench.folder)).some((name) => name.endsWith('.draft')));
    await rm(filler);
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['b']);
  });

  it('is served from a disk that is read-only, and brought up to date when it is not any more', async (t) => {
    if (!mount(t)) return;
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.build();
    await load(bench.database.pool, { bals: [bal('b')] });
    remount('ro');
    await bench.start(often);
    assert.deepEqual(bench.namesServed, ['a']);
    await bench.until(() => bench.kinds.includes('build-failed'));
    remount('rw');
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['b']);
    assert.equal(tellings('build-failed').length, 1);
  });

  it('is set aside when it is broken, as soon as the disk can be written to', async (t) => {
    if (!mount(t)) return;
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.build();
    const { base } = await manifestOf(bench.folder);
    await writeFile(join(bench.folder, base.file), 'rien de bon');
    remount('ro');
    await bench.start(often);
    assert.deepEqual(bench.kinds.slice(0, 2), ['broken', 'unreadable']);
    assert.match(tellings('unreadable')[0] ?? '', /ce disque est en lecture seule/);
    remount('rw');
    await bench.until(() => bench.served.length === 1);
    assert.deepEqual(bench.namesServed, ['a']);
    assert.deepEqual([tellings('broken').length, tellings('unreadable').length], [1, 1]);
    assert.ok((await readdir(bench.folder)).includes(`${base.file}.broken`));
  });

  it('stays when its folder is removed, which is told, and is put there again', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.start();
    await bench.until(() => bench.served.length === 1);
    await rm(bench.folder, { recursive: true });
    await bench.until(() => bench.served.length === 2);
    assert.deepEqual(bench.namesServed, ['a']);
    assert.match(tellings('vanished').join(), /a disparu du dossier.*va être reconstruit/);
    assert.ok(await readManifest(bench.folder));
  });

  it('is tried less and less often when its files cannot be read, and told once', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    await bench.build();
    const manifest = await manifestOf(bench.folder);
    // A folder has the name of the file: it opens, and cannot be read.
    await rm(join(bench.folder, manifest.base.file));
    await mkdir(join(bench.folder, manifest.base.file));
    await bench.start(null);
    assert.deepEqual(bench.kinds, ['unreadable']);
    assert.match(
      tellings('unreadable')[0] ?? '',
      /^L'instantané LDAP ne peut pas être lu .*\.segment : ce chemin/,
    );
    const follower = new SnapshotFollower({
      folder: bench.folder,
      fingerprint: manifest.fingerprint,
      onSnapshot: () => undefined,
      onEvent: () => undefined,
      now: () => new Date(),
    });
    let readings = 0;
    for (let look = 0; look < 500; look++) {
      if (!(await follower.follow(new AbortController().signal))) readings += 1;
    }
    assert.ok(readings > 5 && readings < 15, `${readings} readings`);
    await rm(join(bench.folder, manifest.base.file), { recursive: true });
    await writeManifest(bench.folder, { ...manifest, fingerprint: 'd’autres réglages' });
    await bench.build();
    await bench.until(() => bench.served.length === 1);
    assert.deepEqual(bench.kinds, ['unreadable', 'served']);
  });

  it('is built and served whatever the clock says, and nothing stays for ever', async () => {
    await load(bench.database.pool, { bals: [bal('a')] });
    bench.now = () => new Date('2090-01-01T00:00:00Z');
    await bench.start();
    await bench.until(() => bench.served.length === 1);
    const { base } = await manifestOf(bench.folder);
    await utimes(join(bench.folder, base.file), bench.now(), bench.now());
    for (const [name, year] of [
      ['b', '1990'],
      ['c', '2026'],
    ] as const) {
      bench.now = () => new Date(`${year}-06-01T00:00:00Z`);
      await load(bench.database.pool, { bals: [bal(name)] });
      await bench.until(() => bench.namesServed[0] === name);
    }
    await assert.rejects(stat(join(bench.folder, base.file)), { code: 'ENOENT' });
    assert.ok((await manifestOf(bench.folder)).base.file.startsWith('base-2026'));
  });
});

async function manifestOf(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  assert.ok(manifest);
  return manifest;
}
