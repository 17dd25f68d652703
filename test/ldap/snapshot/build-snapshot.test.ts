import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Pool } from '../../../src/db/pool.js';
import {
  buildSnapshot,
  type BuildOutcome,
  type BuildStep,
} from '../../../src/ldap/snapshot/build-snapshot.js';
import { loadSnapshot } from '../../../src/ldap/snapshot/load-snapshot.js';
import { readManifest, type Manifest } from '../../../src/ldap/snapshot/manifest.js';
import { runBuilder } from '../../../src/ldap/snapshot/run-builder.js';
import type { Snapshot } from '../../../src/ldap/snapshot/segment.js';
import { load, type LigneBal } from '../../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { encodedEntry } from './encoded-entry.js';
import { testDirectory, testPlan } from './test-plan.js';

const signal = new AbortController().signal;
const program = fileURLToPath(new URL('./builder-program.js', import.meta.url));

describe('the builder of snapshots', () => {
  let database: TestDatabase;
  let folder = '';
  beforeEach(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const build = (
    onStep: (step: BuildStep) => void = () => undefined,
    into = folder,
  ): Promise<BuildOutcome> => buildIn(database.pool, into, onStep);

  it('builds everything, then nothing, then what changed', async () => {
    await load(database.pool, { bals: bals(200) });
    assert.deepEqual(await build(), { kind: 'whole', entryCount: 200 });
    assert.deepEqual(await build(), { kind: 'unchanged' });
    const [first, second, ...others] = bals(200);
    assert.ok(first && second);
    await load(database.pool, {
      bals: [{ ...first, nom: 'AUTREMENT' }, ...others, { adresse: 'neuve@exemple.mssante.fr' }],
    });
    assert.deepEqual(await build(), { kind: 'difference', entryCount: 2, removedCount: 2 });
    const snapshot = await read(folder);
    assert.equal(snapshot.views.length, 2);
    assert.equal(snapshot.entryCount, 200);
    const dns = [...entriesOf(snapshot).keys()];
    assert.ok(dns.some((dn) => dn.includes('neuve@')));
    assert.ok(!dns.some((dn) => dn.includes(second.adresse)));
  });

  it('gives by differences what a whole build gives, whatever changed', async () => {
    const random = sequence(20_261_123);
    let current = bals(400);
    const rouges = new Set<string>();
    await load(database.pool, { bals: current, inventaire: [] });
    await build();
    let differences = 0;
    for (let day = 0; day < 12; day++) {
      current = change(current, rouges, day, random);
      await load(database.pool, {
        bals: current,
        inventaire: [...rouges].map((adresse) => ({ adresse, type: 'PER', listeRouge: true })),
      });
      const outcome = await build();
      if (outcome.kind === 'difference') differences++;
      const other = await mkdtemp(join(tmpdir(), 'snapshot-'));
      assert.equal((await build(undefined, other)).kind, 'whole');
      const [actual, expected] = [await read(folder), await read(other)];
      assert.deepEqual(entriesOf(actual), entriesOf(expected));
      assert.equal(actual.entryCount, expected.entryCount);
      assert.equal(actual.entryCount, entriesOf(actual).size);
      await rm(other, { recursive: true });
    }
    assert.ok(differences > 3, `${differences} differences`);
    assert.ok(differences < 12, 'no change was too large for a difference');
  });

  it('stops serving an address marked listeRouge, and serves it again', async () => {
    await load(database.pool, { bals: bals(100), inventaire: [] });
    await build();
    const { adresse = '' } = bals(100)[7] ?? {};
    await load(database.pool, { inventaire: [{ adresse, type: 'PER', listeRouge: true }] });
    assert.deepEqual(await build(), { kind: 'difference', entryCount: 0, removedCount: 1 });
    const isServed = async (): Promise<boolean> =>
      [...entriesOf(await read(folder)).keys()].some((dn) => dn.includes(adresse));
    assert.equal(await isServed(), false);
    await load(database.pool, { inventaire: [{ adresse, type: 'PER', listeRouge: false }] });
    await build();
    assert.equal(await isServed(), true);
  });

  it('builds everything when settings changed, or when a file is missing or broken', async () => {
    await load(database.pool, { bals: bals(10) });
    await build();
    const other = { ...testPlan, fingerprint: 'other' };
    const outcome = await buildSnapshot({ ...inputOf(database.pool, folder), plan: other });
    assert.equal(outcome.kind, 'whole');
    assert.equal((await build()).kind, 'whole');
    const manifest = await manifestOf(folder);
    await rm(join(folder, manifest.base.file));
    assert.equal((await build()).kind, 'whole');
  });

  it('works alone in a folder: a second one leaves at once', async () => {
    await load(database.pool, { bals: bals(10) });
    let second: Promise<BuildOutcome> | undefined;
    const first = await build((step) => {
      if (step === 'read') second = build();
    });
    assert.deepEqual(first, { kind: 'whole', entryCount: 10 });
    assert.deepEqual(await second, { kind: 'busy' });
  });

  it('killed at any step, leaves the last good state, and the next run works', async () => {
    await load(database.pool, { bals: bals(100) });
    await build();
    const before = entriesOf(await read(folder));
    await load(database.pool, { bals: bals(101) });
    for (const step of ['read', 'segment', 'write']) {
      await assert.rejects(runProgram(database.url, folder, step), /SIGKILL/, step);
      assert.deepEqual(entriesOf(await read(folder)), before, step);
    }
    assert.equal((await runProgram(database.url, folder)).kind, 'difference');
    assert.equal(entriesOf(await read(folder)).size, 101);
  });

  it('removes old files that nothing needs any more, and what a killed builder left', async () => {
    await load(database.pool, { bals: bals(10) });
    await build();
    const old = (await manifestOf(folder)).base.file;
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(folder, old), hourAgo, hourAgo);
    await load(database.pool, { bals: bals(20) });
    assert.equal((await build()).kind, 'whole');
    const manifest = await manifestOf(folder);
    assert.deepEqual((await readdir(folder)).sort(), [manifest.base.file, 'manifest.json']);
  });

  it('tells why a builder that cannot work has ended', async () => {
    const nowhere = 'postgresql://nobody@127.0.0.1:1/none';
    await assert.rejects(runProgram(nowhere, folder), /échec voulu.*ECONNREFUSED/);
  });
});

function inputOf(pool: Pool, folder: string): Parameters<typeof buildSnapshot>[0] {
  return { pool, folder, plan: testPlan, now: () => new Date(), signal, onStep: () => undefined };
}

function buildIn(
  pool: Pool,
  folder: string,
  onStep: (step: BuildStep) => void,
): Promise<BuildOutcome> {
  return buildSnapshot({ ...inputOf(pool, folder), onStep });
}

function runProgram(url: string, folder: string, step?: string): Promise<BuildOutcome> {
  const args = [program, url, folder, ...(step === undefined ? [] : [step])];
  return runBuilder({ file: process.execPath, args }, () => undefined, signal);
}

async function manifestOf(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  assert.ok(manifest);
  return manifest;
}

async function read(folder: string): Promise<Snapshot> {
  return (await loadSnapshot(folder, await manifestOf(folder), undefined, signal)).snapshot;
}

/** Encoded entries that a search of everything would send, by DN. */
export function entriesOf(snapshot: Snapshot): Map<string, string> {
  const found: [string, string][] = [];
  for (const { segment, removed } of snapshot.views) {
    for (let doc = 0; doc < segment.docCount; doc++) {
      if (((removed?.[doc >> 3] ?? 0) & (1 << (doc & 7))) !== 0) continue;
      const bytes = encodedEntry(testDirectory, segment, doc);
      const dn = /mail=[^,]*,/.exec(bytes.toString())?.[0] ?? '';
      found.push([dn, bytes.toString('hex')]);
    }
  }
  const entries = new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  assert.equal(entries.size, found.length, 'an entry is served twice');
  return entries;
}

function bals(count: number): LigneBal[] {
  return Array.from({ length: count }, (_, rank) => ({
    adresse: `p${rank}.durand@exemple.mssante.fr`,
    type: 'PER',
    rpps: `8100000${String(rank).padStart(4, '0')}`,
    nom: 'DURAND',
    prenom: `Élise ${rank}`,
  }));
}

/** Some days few changes, once in a while many. */
function change(
  current: readonly LigneBal[],
  rouges: Set<string>,
  day: number,
  random: (below: number) => number,
): LigneBal[] {
  const next = [...current];
  const count = day % 6 === 5 ? 30 : 1 + random(3);
  for (let n = 0; n < count; n++) {
    const at = random(next.length);
    const bal = next[at];
    if (!bal) continue;
    const kind = random(5);
    if (kind === 0) next.splice(at, 1);
    else if (kind === 1) next[at] = { ...bal, nom: `DUPONT ${day}` };
    else if (kind === 2) next.push({ ...bal, structure: '1750000001' });
    else if (kind === 3) next.push({ ...bal, adresse: `n${day}.${n}@exemple.mssante.fr` });
    else if (!rouges.delete(bal.adresse)) rouges.add(bal.adresse);
  }
  return next;
}

/** Numbers that depend on the seed only (Park and Miller). */
function sequence(seed: number): (below: number) => number {
  let state = seed % 2_147_483_647;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
