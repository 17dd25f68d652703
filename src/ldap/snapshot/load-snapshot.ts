// From the files of a manifest to what searches see.
import { join } from 'node:path';
import type { Manifest } from './manifest.js';
import { readAside, readSegment } from './segment-file.js';
import { SegmentFileError } from './segment-file-error.js';
import type { Segment, SegmentView, Snapshot } from './segment.js';
import { numbers } from './segment-sections.js';

/** In a difference file, aside: the docs of the base that it replaces or removes, ascending. */
export const removedSection = 'removed';

/** A snapshot in memory, with what the next one may share with it. */
export type LoadedSnapshot = {
  readonly snapshot: Snapshot;
  readonly manifest: Manifest;
  readonly base: Segment;
};

/**
 * Reads what `previous` does not already hold: after a day's difference, the difference alone.
 *
 * @throws as `readSegment`; `SnapshotFileError` names the file.
 */
export async function loadSnapshot(
  folder: string,
  manifest: Manifest,
  previous: LoadedSnapshot | undefined,
  signal: AbortSignal,
): Promise<LoadedSnapshot> {
  const { fingerprint } = manifest;
  const base =
    previous?.manifest.base.file === manifest.base.file &&
    previous.manifest.fingerprint === fingerprint
      ? previous.base
      : await readFileOf(folder, manifest.base.file, (path) =>
          readSegment(path, fingerprint, signal),
        );
  const views: SegmentView[] = [];
  const difference = manifest.difference;
  if (difference) {
    const [segment, removed] = await readFileOf(folder, difference.file, async (path) => [
      await readSegment(path, fingerprint, signal),
      markDocs(numbers(await readAside(path, signal), removedSection), base.docCount),
    ]);
    views.push({ segment: base, removed });
    if (segment.docCount > 0) views.push({ segment, removed: undefined });
  } else {
    views.push({ segment: base, removed: undefined });
  }
  return { manifest, base, snapshot: snapshotOf(manifest, views) };
}

/** A file of the folder that cannot be read or used; the cause says why. */
export class SnapshotFileError extends Error {
  override readonly name = 'SnapshotFileError';
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.file = file;
  }
}

async function readFileOf<T>(
  folder: string,
  file: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(join(folder, file));
  } catch (error) {
    throw new SnapshotFileError(file, error);
  }
}

function markDocs(docs: Uint32Array, docCount: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(docCount / 8));
  for (const doc of docs) {
    if (doc >= docCount) throw new SegmentFileError(`contenu impossible : ${removedSection}`);
    bits[doc >> 3] = (bits[doc >> 3] ?? 0) | (1 << (doc & 7));
  }
  return bits;
}

function snapshotOf(manifest: Manifest, views: readonly SegmentView[]): Snapshot {
  let entryCount = 0;
  for (const { segment, removed } of views) entryCount += segment.docCount - countBits(removed);
  return {
    id: manifest.id,
    views,
    entryCount,
    extractionDate: manifest.extractionDate,
    builtAt: manifest.builtAt,
  };
}

function countBits(bits: Uint8Array | undefined): number {
  let count = 0;
  for (let rest of bits ?? []) for (; rest !== 0; rest &= rest - 1) count++;
  return count;
}
