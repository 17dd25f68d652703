// What the builder does: reads the database, and leaves in the folder the files of a snapshot of it.
import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Client, Pool } from '../../db/pool.js';
import { withAdvisoryLock } from '../../db/advisory-lock.js';
import {
  listBalsModifiees,
  streamBalsPubliees,
  withPublication,
  type LoadsPublies,
  type Publication,
} from '../../store/bal-publiee.js';
import { EntryKeys, findDocs } from './entry-keys.js';
import { removedSection } from './load-snapshot.js';
import {
  filesOf,
  readManifest,
  writeManifest,
  type Manifest,
  type ManifestFile,
} from './manifest.js';
import { SegmentBuilder } from './segment-builder.js';
import { readAside, writeSegmentFile, type SegmentFile } from './segment-file.js';
import { SegmentFileError } from './segment-file-error.js';
import { SubstringIndexer } from './substring-indexer.js';
import type { SnapshotPlan } from './snapshot-plan.js';
import {
  cleanFolder,
  isMissing,
  makeSnapshotFolder,
  nameFile,
  putFile,
} from './snapshot-folder.js';

export type BuildOutcome =
  | { readonly kind: 'unchanged' }
  /** Another builder is at work in this folder: what it leaves is as good. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'whole'; readonly entryCount: number }
  | { readonly kind: 'difference'; readonly entryCount: number; readonly removedCount: number };

/** What each part took, for the log and for measures. */
export type BuildStep = 'read' | 'segment' | 'write';

export type BuildInput = {
  readonly pool: Pool;
  readonly folder: string;
  readonly plan: SnapshotPlan;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onStep: (step: BuildStep) => void;
};

/**
 * A difference holds every change since the base, and each search looks at both: above this share of the base, building
 * it takes a tenth of a whole build every day, and searches begin to feel it.
 */
const differenceShareMax = 0.05;

/** Brings the folder to the state of the database: nothing when it is, a difference when it can be, else everything. */
export async function buildSnapshot(input: BuildInput): Promise<BuildOutcome> {
  // Machines that share a database may well use the same path, each on its own disk.
  const name = `ldap-snapshot:${hostname()}:${input.folder}`;
  const locked = await withAdvisoryLock(input.pool, name, () =>
    withPublication(input.pool, (client, publication) => build(input, client, publication)),
  );
  return locked.kind === 'busy' ? locked : locked.value;
}

async function build(
  input: BuildInput,
  client: Client,
  publication: Publication,
): Promise<BuildOutcome> {
  const { folder, plan } = input;
  await makeSnapshotFolder(folder);
  const manifest = await readManifest(folder);
  const isUsable =
    manifest?.fingerprint === plan.fingerprint && (await haveFiles(folder, manifest));
  if (isUsable && isSameLoads(manifest.loads, publication.loads)) return { kind: 'unchanged' };
  const difference = isUsable
    ? await buildDifference(input, client, publication, manifest.base)
    : undefined;
  return difference ?? buildWhole(input, client, publication);
}

async function buildWhole(
  input: BuildInput,
  client: Client,
  publication: Publication,
): Promise<BuildOutcome> {
  const { folder, plan, signal } = input;
  input.onStep('read');
  const builder = new SegmentBuilder(plan.schema);
  const keys = new EntryKeys();
  for await (const page of streamBalsPubliees(client)) {
    signal.throwIfAborted();
    for (const bal of page) {
      const entry = plan.entryOf(bal);
      if (!entry) continue;
      builder.add(entry);
      keys.add(bal.adresse);
    }
  }
  input.onStep('segment');
  await using indexer = new SubstringIndexer();
  const { segment, docOfEntry } = await builder.finishWith((texts) => indexer.build(texts));
  input.onStep('write');
  const aside = keys.sections(docOfEntry);
  const base = {
    file: await putSegment(input, 'base', { segment, aside, fingerprint: plan.fingerprint }),
    entryCount: segment.docCount,
    loads: publication.loads,
  };
  await publish(folder, input, publication, base, undefined);
  return { kind: 'whole', entryCount: segment.docCount };
}

/** Undefined when a whole build is in order instead. */
async function buildDifference(
  input: BuildInput,
  client: Client,
  publication: Publication,
  base: ManifestFile,
): Promise<BuildOutcome | undefined> {
  const { folder, plan, signal } = input;
  input.onStep('read');
  const changedMax = Math.floor(base.entryCount * differenceShareMax);
  const changed = await listBalsModifiees(client, base.loads, changedMax);
  if (changed.kind === 'complet') return undefined;
  const addresses = [...changed.bals.map((bal) => bal.adresse), ...changed.retirees];
  const removed = await findReplaced(join(folder, base.file), addresses, signal);
  if (!removed) return undefined;
  input.onStep('segment');
  const builder = new SegmentBuilder(plan.schema);
  for (const bal of changed.bals) {
    const entry = plan.entryOf(bal);
    if (entry) builder.add(entry);
  }
  const { segment } = builder.finish();
  input.onStep('write');
  const isEmpty = segment.docCount === 0 && removed.length === 0;
  const aside = new Map([[removedSection, removed]]);
  const difference = isEmpty
    ? undefined
    : {
        file: await putSegment(input, 'difference', {
          segment,
          aside,
          fingerprint: plan.fingerprint,
        }),
        entryCount: segment.docCount,
        loads: publication.loads,
      };
  await publish(folder, input, publication, base, difference);
  return { kind: 'difference', entryCount: segment.docCount, removedCount: removed.length };
}

/** Docs of the base that have these addresses; undefined when its file cannot be used. */
async function findReplaced(
  path: string,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Uint32Array | undefined> {
  try {
    return findDocs(await readAside(path, signal), addresses);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SegmentFileError || isMissing(error)) return undefined;
    throw error;
  }
}

/** Returns the name that the file got. */
async function putSegment(
  { folder, now, signal }: BuildInput,
  kind: 'base' | 'difference',
  content: SegmentFile,
): Promise<string> {
  signal.throwIfAborted();
  const name = nameFile(kind, now());
  await putFile(join(folder, name), (draftPath) => writeSegmentFile(draftPath, content));
  return name;
}

/** From here on, servers read the new files. */
async function publish(
  folder: string,
  { plan, now }: BuildInput,
  { loads, extractionDate }: Publication,
  base: ManifestFile,
  difference: ManifestFile | undefined,
): Promise<void> {
  const manifest: Manifest = {
    id: `${loads.bals}-${loads.inventaire}-${randomBytes(4).toString('hex')}`,
    fingerprint: plan.fingerprint,
    base,
    difference,
    loads,
    extractionDate,
    builtAt: now(),
  };
  await writeManifest(folder, manifest);
  await cleanFolder(folder, filesOf(manifest), now());
}

/** Whether the files that a manifest names are there; what is in them is seen when they are read. */
export async function haveFiles(folder: string, manifest: Manifest): Promise<boolean> {
  for (const file of filesOf(manifest)) {
    const isThere = await access(join(folder, file)).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
    if (!isThere) return false;
  }
  return true;
}

export function isSameLoads(left: LoadsPublies, right: LoadsPublies): boolean {
  return left.bals === right.bals && left.inventaire === right.inventaire;
}
