// A segment on disk: one file, written once, whose every byte is under a checksum, read in slices so that the process
// that serves never stops for it.
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { setImmediate as turn } from 'node:timers/promises';
import { checkSegment } from './check-segment.js';
import {
  decodeHeader,
  encodeHeader,
  headerSizeMax,
  type FileHeader,
  type FilePart,
  type SectionPlace,
} from './segment-file-header.js';
import { SegmentFileError } from './segment-file-error.js';
import type { Segment } from './segment.js';
import {
  listSections,
  readSections,
  type FindSection,
  type SectionArray,
} from './segment-sections.js';

/** What is read, checked and written at once: some milliseconds of checksum. */
const sliceBytes = 8 * 1024 * 1024;

// So that any typed array may begin there.
const alignment = 64;

export type SegmentFile = {
  readonly segment: Segment;
  /** Arrays for whoever builds the next file; a server does not read them. */
  readonly aside: ReadonlyMap<string, SectionArray>;
  /** Said of the whole file: see `FileHeader`. */
  readonly fingerprint: string;
};

/**
 * Writes a new file, to its last byte on the disk when the promise resolves; returns its size in bytes.
 * The caller gives it its final name afterwards.
 */
export async function writeSegmentFile(path: string, content: SegmentFile): Promise<number> {
  const served = listSections(content.segment);
  const aside = [...content.aside];
  const header = encodeHeader({
    fingerprint: content.fingerprint,
    columnCount: content.segment.columns.length,
    served: measurePart(served),
    aside: measurePart(aside),
  });
  const file = await open(path, 'wx', 0o640);
  try {
    let written = await writeAll(file, header);
    for (const array of [...distinct(served), ...distinct(aside)]) {
      written += await writeAll(file, padded(array));
    }
    await file.sync();
    return written;
  } finally {
    await file.close();
  }
}

/** An array that has several names (columns may be shared) is written once. */
function measurePart(sections: readonly [string, SectionArray][]): FilePart {
  let size = 0;
  let checksum = 0;
  const placeOf = new Map<SectionArray, number>();
  const places = sections.map(([name, array]): SectionPlace => {
    const at = placeOf.get(array) ?? size;
    if (at === size) {
      placeOf.set(array, at);
      for (const bytes of padded(array)) {
        checksum = crc32(bytes, checksum);
        size += bytes.length;
      }
    }
    return { name, at, size: array.byteLength };
  });
  return { size, checksum, places };
}

function distinct(sections: readonly [string, SectionArray][]): Set<SectionArray> {
  return new Set(sections.map(([, array]) => array));
}

/** The bytes of an array, in slices, up to the next multiple of `alignment`. */
function padded(array: SectionArray): Uint8Array[] {
  const slices: Uint8Array[] = [];
  for (let at = 0; at < array.byteLength; at += sliceBytes) {
    const size = Math.min(sliceBytes, array.byteLength - at);
    slices.push(new Uint8Array(array.buffer, array.byteOffset + at, size));
  }
  const rest = array.byteLength % alignment;
  if (rest > 0) slices.push(new Uint8Array(alignment - rest));
  return slices;
}

async function writeAll(file: FileHandle, slices: readonly Uint8Array[]): Promise<number> {
  let size = 0;
  for (const slice of slices) {
    for (let done = 0; done < slice.length;) {
      done += (await file.write(slice, done, slice.length - done)).bytesWritten;
    }
    size += slice.length;
  }
  return size;
}

/**
 * Reads what a server needs of a file, whole and checked.
 *
 * @throws SegmentFileError when the file is not what was written; the system's own error when it cannot be read;
 *   the signal's reason once it is aborted.
 */
export async function readSegment(
  path: string,
  fingerprint: string,
  signal: AbortSignal,
): Promise<Segment> {
  return withFile(path, async (file, header, start) => {
    if (header.fingerprint !== fingerprint) {
      throw new SegmentFileError("construit pour d'autres réglages");
    }
    const find = await readPart(file, header.served, start, signal);
    const segment = readSections(find, header.columnCount);
    await checkSegment(segment, async () => {
      signal.throwIfAborted();
      await turn();
    });
    return segment;
  });
}

/** Reads the arrays that were put aside, without what servers need. Throws as `readSegment` does. */
export async function readAside(path: string, signal: AbortSignal): Promise<FindSection> {
  return withFile(path, (file, header, start) =>
    readPart(file, header.aside, start + header.served.size, signal),
  );
}

async function withFile<T>(
  path: string,
  read: (file: FileHandle, header: FileHeader, start: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const first = Buffer.alloc(Math.min(size, headerSizeMax));
    await readFully(file, first, 0);
    const { header, start } = decodeHeader(first);
    if (size !== start + header.served.size + header.aside.size) {
      throw new SegmentFileError(`${size} octets : pas la taille écrite`);
    }
    return await read(file, header, start);
  } finally {
    await file.close();
  }
}

/** One block of memory for all sections of a part, filled and checked slice after slice. */
async function readPart(
  file: FileHandle,
  part: FilePart,
  start: number,
  signal: AbortSignal,
): Promise<FindSection> {
  // Not from the pool of small buffers: the block is its own, and begins at its beginning.
  const bytes = Buffer.allocUnsafeSlow(part.size);
  let checksum = 0;
  for (let at = 0; at < part.size; at += sliceBytes) {
    signal.throwIfAborted();
    const slice = bytes.subarray(at, at + sliceBytes);
    await readFully(file, slice, start + at);
    checksum = crc32(slice, checksum);
  }
  if (checksum !== part.checksum) throw new SegmentFileError('somme de contrôle fausse');
  const places = new Map(part.places.map((place) => [place.name, place]));
  return (name) => {
    const place = places.get(name);
    return place && bytes.subarray(place.at, place.at + place.size);
  };
}

async function readFully(file: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new SegmentFileError('coupé');
    done += bytesRead;
  }
}
