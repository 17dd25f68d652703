// The first bytes of a segment file: which arrays it holds and where, as JSON under its own checksum.
import { crc32 } from 'node:zlib';
import { SegmentFileError } from './segment-file-error.js';

export type FileHeader = {
  /** Of the schema and of the settings that entries depend on; with others, the file is of no use. */
  readonly fingerprint: string;
  readonly columnCount: number;
  readonly served: FilePart;
  /** Follows `served`. */
  readonly aside: FilePart;
};

export type FilePart = {
  /** In bytes, a multiple of the alignment. */
  readonly size: number;
  /** CRC-32 of all these bytes: it is there to find accidents, not enemies. */
  readonly checksum: number;
  readonly places: readonly SectionPlace[];
};

export type SectionPlace = {
  readonly name: string;
  /** In bytes from the beginning of the part. */
  readonly at: number;
  readonly size: number;
};

/** To be raised with each change of what sections mean. */
const version = 2;
const magic = `ANNUAIRE-LDAP-${String(version).padStart(2, '0')}`;
const fixedSize = magic.length + 12;

/** More than 31 columns of all sections need. */
export const headerSizeMax = 256 * 1024;

// Arrays are written as they are in memory: a file from a machine of the other byte order has another mark.
const byteOrderMark = Buffer.from(Uint32Array.of(0x01020304).buffer);

/** Magic, byte order, length and checksum of the JSON, the JSON; padded with spaces. */
export function encodeHeader(header: FileHeader): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  const size = Math.ceil((fixedSize + json.length) / 64) * 64;
  if (size > headerSizeMax) throw new RangeError(`header of ${size} bytes`);
  const bytes = Buffer.alloc(size, ' ');
  bytes.write(magic, 'latin1');
  byteOrderMark.copy(bytes, magic.length);
  bytes.writeUInt32LE(size - fixedSize, magic.length + 4);
  json.copy(bytes, fixedSize);
  bytes.writeUInt32LE(crc32(bytes.subarray(fixedSize)), magic.length + 8);
  return [bytes];
}

/**
 * `start`: where the first part begins.
 *
 * @throws SegmentFileError when these are not the first bytes of a file of this version.
 */
export function decodeHeader(bytes: Buffer): {
  readonly header: FileHeader;
  readonly start: number;
} {
  if (bytes.length < fixedSize || bytes.toString('latin1', 0, magic.length) !== magic) {
    throw new SegmentFileError('pas un fichier de cette version du programme');
  }
  if (!bytes.subarray(magic.length, magic.length + 4).equals(byteOrderMark)) {
    throw new SegmentFileError("écrit par une machine d'un autre ordre d'octets");
  }
  const start = fixedSize + bytes.readUInt32LE(magic.length + 4);
  if (start > bytes.length) throw new SegmentFileError('coupé');
  const json = bytes.subarray(fixedSize, start);
  if (crc32(json) !== bytes.readUInt32LE(magic.length + 8)) {
    throw new SegmentFileError('somme de contrôle fausse');
  }
  const header = parseHeader(json.toString());
  if (!header) throw new SegmentFileError('contenu impossible : en-tête');
  return { header, start };
}

function parseHeader(text: string): FileHeader | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { fingerprint, columnCount, served, aside } = value;
  const isWhole = typeof fingerprint === 'string' && isCount(columnCount) && columnCount <= 32;
  return isWhole && isPart(served) && isPart(aside)
    ? { fingerprint, columnCount, served, aside }
    : undefined;
}

function isPart(value: unknown): value is FilePart {
  if (!isObject(value)) return false;
  const { size, checksum, places } = value;
  return (
    isCount(size) &&
    isCount(checksum) &&
    Array.isArray(places) &&
    places.every((place: unknown) => isPlace(place, size))
  );
}

function isPlace(value: unknown, partSize: number): value is SectionPlace {
  if (!isObject(value)) return false;
  const { name, at, size } = value;
  return typeof name === 'string' && isCount(at) && isCount(size) && at + size <= partSize;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
