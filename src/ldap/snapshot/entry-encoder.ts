// Entries as they go out: `[APPLICATION 4] { OCTET STRING dn, SEQUENCE OF PartialAttribute }` (RFC 4511 section 4.5.2).
import type { ServedSchema } from '../schema/served-schema.js';
import type { CollectedColumn } from './column-builder.js';
import { listFlag, noValue, type Segment } from './segment.js';

const octetString = 0x04;
const sequence = 0x30;
const set = 0x31;
const searchResultEntry = 0x64;

export type EncodedEntries = Pick<
  Segment,
  'entries' | 'entryStarts' | 'entryLengths' | 'attributeMasks'
>;

/** DNs in UTF-8, one after the other in the order of entries; where each begins, and the length. */
export type Dns = { readonly encoded: Buffer; readonly starts: Uint32Array };

/** All entries in the order of docs. `entryOfDoc`: for each doc, the rank at which its entry came. */
export function encodeEntries(
  schema: ServedSchema,
  columns: readonly CollectedColumn[],
  dns: Dns,
  entryOfDoc: Uint32Array,
): EncodedEntries {
  const shown = schema.attributes.flatMap(({ name, isOperational }, index) => {
    const column = columns[index];
    return isOperational || !column ? [] : [{ column, name: encodeName(name) }];
  });
  const docCount = entryOfDoc.length;
  const entryStarts = new Uint32Array(docCount);
  const entryLengths = new Uint32Array(docCount);
  const attributesSizes = new Uint32Array(docCount);
  let total = 0;
  for (let doc = 0; doc < docCount; doc++) {
    const entry = entryOfDoc[doc] ?? 0;
    let size = 0;
    for (const { column, name } of shown) size += attributeSize(column, name, entry);
    attributesSizes[doc] = size;
    entryStarts[doc] = total;
    const length = tlvSize(tlvSize(sizeAt(dns.starts, entry)) + tlvSize(size));
    entryLengths[doc] = length;
    total += length;
  }
  assertAddressable(total);
  const writer = new BerWriter(Buffer.allocUnsafeSlow(total));
  for (let doc = 0; doc < docCount; doc++) {
    const entry = entryOfDoc[doc] ?? 0;
    const size = attributesSizes[doc] ?? 0;
    writer.header(searchResultEntry, tlvSize(sizeAt(dns.starts, entry)) + tlvSize(size));
    writer.octets(dns.encoded, dns.starts, entry);
    writer.header(sequence, size);
    for (const { column, name } of shown) writeAttribute(writer, column, name, entry);
  }
  const attributeMasks = maskAttributes(columns, entryOfDoc);
  return { entries: writer.bytes, entryStarts, entryLengths, attributeMasks };
}

/** Bit i for attribute i, operational or not. */
function maskAttributes(columns: readonly CollectedColumn[], entryOfDoc: Uint32Array): Uint32Array {
  const masks = new Uint32Array(entryOfDoc.length);
  for (const [index, { ofEntry }] of columns.entries()) {
    for (let doc = 0; doc < masks.length; doc++) {
      if (ofEntry[entryOfDoc[doc] ?? 0] !== noValue) masks[doc] = (masks[doc] ?? 0) | (1 << index);
    }
  }
  return masks;
}

/** The description of an attribute, tag and length included. */
function encodeName(name: string): Buffer {
  const writer = new BerWriter(Buffer.alloc(tlvSize(Buffer.byteLength(name))));
  writer.header(octetString, Buffer.byteLength(name));
  writer.raw(Buffer.from(name));
  return writer.bytes;
}

function attributeSize(column: CollectedColumn, name: Buffer, entry: number): number {
  const size = valuesSize(column, column.ofEntry[entry] ?? noValue);
  return size === 0 ? 0 : tlvSize(name.length + tlvSize(size));
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

function writeAttribute(
  writer: BerWriter,
  column: CollectedColumn,
  name: Buffer,
  entry: number,
): void {
  const { encoded, encodedStarts, lists } = column;
  const code = column.ofEntry[entry] ?? noValue;
  const size = valuesSize(column, code);
  if (size === 0) return;
  writer.header(sequence, name.length + tlvSize(size));
  writer.raw(name);
  writer.header(set, size);
  if (code < listFlag) {
    writer.octets(encoded, encodedStarts, code);
    return;
  }
  const place = code - listFlag;
  const end = place + (lists[place] ?? 0);
  for (let at = place + 1; at <= end; at++) writer.octets(encoded, encodedStarts, lists[at] ?? 0);
}

function sizeAt(starts: Uint32Array, at: number): number {
  return (starts[at + 1] ?? 0) - (starts[at] ?? 0);
}

function tlvSize(contentSize: number): number {
  if (contentSize < 0x80) return 2 + contentSize;
  if (contentSize < 0x100) return 3 + contentSize;
  if (contentSize < 0x10000) return 4 + contentSize;
  return (contentSize < 0x1000000 ? 5 : 6) + contentSize;
}

function assertAddressable(total: number): void {
  if (total > 0xffffffff) throw new RangeError(`entries take ${total} bytes, 4 GiB at most`);
}

/** Writes into bytes that were measured before. */
class BerWriter {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  header(tag: number, length: number): void {
    const { bytes } = this;
    bytes[this.#at++] = tag;
    if (length >= 0x80) {
      const octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
      bytes[this.#at++] = 0x80 | octets;
      for (let shift = 8 * (octets - 1); shift > 0; shift -= 8)
        bytes[this.#at++] = length >>> shift;
    }
    bytes[this.#at++] = length;
  }

  /** OCTET STRING of the text with this number. */
  octets(encoded: Buffer, starts: Uint32Array, number: number): void {
    const start = starts[number] ?? 0;
    const end = starts[number + 1] ?? 0;
    this.header(octetString, end - start);
    this.#copy(encoded, start, end);
  }

  raw(content: Buffer): void {
    this.#copy(content, 0, content.length);
  }

  // Byte by byte: what is copied is short, and a call out of JavaScript costs more.
  #copy(from: Buffer, start: number, end: number): void {
    const { bytes } = this;
    let at = this.#at;
    for (let place = start; place < end; place++) bytes[at++] = from[place] ?? 0;
    this.#at = at;
  }
}
