// The first bytes of a segment file: which arrays it holds and where, as JSON under its own checksum.
import { crc32 } from 'node:zlib';

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
 * @throws Error in English when these are not the first bytes of a file of this version.
 */
export function decodeHeader(bytes: Buffer): {
  readonly header: FileHeader;
  readonly start: number;
} {
  if (bytes.length < fixedSize || bytes.toString('latin1', 0, magic.length) !== magic) {
    throw new Error('not a segment file of this version');
  }
  if (!bytes.subarray(magic.length, magic.length + 4).equals(byteOrderMark)) {
    throw new Error('written by a machine of the other byte order');
  }
  const start = fixedSize + bytes.readUInt32LE(magic.length + 4);
  if (start > bytes.length) throw new Error('cut short');
  const json = bytes.subarray(fixedSize, start);
  if (crc32(json) !== bytes.readUInt32LE(magic.length + 8)) throw new Error('wrong checksum');
  // The checksum says that `encodeHeader` wrote it, and the magic that it was the one of this version.
  return { header: JSON.parse(json.toString()) as FileHeader, start };
}
