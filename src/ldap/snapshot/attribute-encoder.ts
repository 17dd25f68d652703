// PartialAttributes (RFC 4511 section 4.1.7) out of collected columns: measured first, then written into memory of that size.
import type { EntryPart, ServedSchema } from '../schema/served-schema.js';
import type { CollectedColumn } from './column-builder.js';
import { listFlag, noValue } from './segment.js';

const octetString = 0x04;
const sequence = 0x30;
const set = 0x31;

/** An attribute that entries show; `name`: its description, tag and length included. */
export type ShownAttribute = { readonly column: CollectedColumn; readonly name: Buffer };

/** User attributes of a part, in the order of their indexes. */
export function listShown(
  { attributes }: ServedSchema,
  columns: readonly CollectedColumn[],
  part: EntryPart,
): ShownAttribute[] {
  return attributes.flatMap((attribute, index) => {
    const column = columns[index];
    if (!column || attribute.isOperational || attribute.part !== part) return [];
    return [{ column, name: encodeName(attribute.name) }];
  });
}

function encodeName(name: string): Buffer {
  const content = Buffer.from(name);
  const writer = new BerWriter(Buffer.alloc(tlvSize(content.length)));
  writer.header(octetString, content.length);
  writer.copy(content, 0, content.length);
  return writer.bytes;
}

/** Bytes of the attributes that an entry has. `entry`: the rank at which it came. */
export function attributesSize(shown: readonly ShownAttribute[], entry: number): number {
  let size = 0;
  for (const { column, name } of shown) {
    const ofValues = valuesSize(column, column.ofEntry[entry] ?? noValue);
    if (ofValues > 0) size += tlvSize(name.length + tlvSize(ofValues));
  }
  return size;
}

export function writeAttributes(
  writer: BerWriter,
  shown: readonly ShownAttribute[],
  entry: number,
): void {
  for (const { column, name } of shown) {
    const code = column.ofEntry[entry] ?? noValue;
    const size = valuesSize(column, code);
    if (size === 0) continue;
    writer.header(sequence, name.length + tlvSize(size));
    writer.copy(name, 0, name.length);
    writer.header(set, size);
    writeValues(writer, column, code);
  }
}

/** Size of the content of the SET of values; 0 when there is none (an empty value takes two bytes). */
function valuesSize({ encodedStarts, lists }: CollectedColumn, code: number): number {
  if (code < listFlag) return tlvSize(sizeAt(encodedStarts, code));
  if (code === noValue) return 0;
  const place = code - listFlag;
  const end = place + (lists[place] ?? 0);
  let size = 0;
  for (let at = place + 1; at <= end; at++) size += tlvSize(sizeAt(encodedStarts, lists[at] ?? 0));
  return size;
}

function writeValues(
  writer: BerWriter,
  { encoded, encodedStarts, lists }: CollectedColumn,
  code: number,
): void {
  if (code < listFlag) {
    writer.octets(encoded, encodedStarts, code);
    return;
  }
  const place = code - listFlag;
  const end = place + (lists[place] ?? 0);
  for (let at = place + 1; at <= end; at++) writer.octets(encoded, encodedStarts, lists[at] ?? 0);
}

/** `starts` has one number more than there are texts. */
export function sizeAt(starts: Uint32Array, at: number): number {
  return (starts[at + 1] ?? 0) - (starts[at] ?? 0);
}

export function tlvSize(contentSize: number): number {
  return headerSize(contentSize) + contentSize;
}

/** Tag and length. */
export function headerSize(contentSize: number): number {
  if (contentSize < 0x80) return 2;
  if (contentSize < 0x100) return 3;
  if (contentSize < 0x10000) return 4;
  return contentSize < 0x1000000 ? 5 : 6;
}

/** Writes into bytes that were measured before. */
export class BerWriter {
  readonly bytes: Buffer;
  /** Where the next byte goes. */
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  header(tag: number, length: number): void {
    const { bytes } = this;
    bytes[this.at++] = tag;
    if (length >= 0x80) {
      const octets = headerSize(length) - 2;
      bytes[this.at++] = 0x80 | octets;
      for (let shift = 8 * (octets - 1); shift > 0; shift -= 8) bytes[this.at++] = length >>> shift;
    }
    bytes[this.at++] = length;
  }

  /** OCTET STRING of the text with this number. */
  octets(encoded: Buffer, starts: Uint32Array, number: number): void {
    const start = starts[number] ?? 0;
    const end = starts[number + 1] ?? 0;
    this.header(octetString, end - start);
    this.copy(encoded, start, end);
  }

  // Byte by byte: what is copied is short, and a call out of JavaScript costs more.
  copy(from: Buffer, start: number, end: number): void {
    const { bytes } = this;
    let at = this.at;
    for (let place = start; place < end; place++) bytes[at++] = from[place] ?? 0;
    this.at = at;
  }
}
