// Reading what an entry holds, out of its encoded form. We wrote these bytes: they are not checked again.
import { listFlag, noValue, type Column, type Segment } from '../snapshot/segment.js';

/** Where the content of the TLV at `at` begins; its end is where `contentEnd` says. */
export function contentStart(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

export function contentEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return at + 2 + first;
  const count = first & 0x7f;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  return at + 2 + count + length;
}

/** RFC 4514, as sent. */
export function readDn(segment: Segment, doc: number): string {
  const { entries } = segment;
  const at = contentStart(entries, segment.entryStarts[doc] ?? 0);
  return entries.toString('utf8', contentStart(entries, at), contentEnd(entries, at));
}

/** Values of a user attribute as sent; none when the entry does not hold it. */
export function readValues(segment: Segment, doc: number, attributeIndex: number): string[] {
  const at = findAttribute(segment, doc, attributeIndex);
  if (at < 0) return [];
  const { entries } = segment;
  // PartialAttribute: type, then SET OF value.
  const set = contentEnd(entries, contentStart(entries, at));
  const end = contentEnd(entries, set);
  const values: string[] = [];
  for (let value = contentStart(entries, set); value < end; value = contentEnd(entries, value)) {
    values.push(entries.toString('utf8', contentStart(entries, value), contentEnd(entries, value)));
  }
  return values;
}

/** Where the first PartialAttribute of an entry is. */
export function firstAttribute(segment: Segment, doc: number): number {
  const { entries } = segment;
  const dn = contentStart(entries, segment.entryStarts[doc] ?? 0);
  return contentStart(entries, contentEnd(entries, dn));
}

function findAttribute(segment: Segment, doc: number, attributeIndex: number): number {
  const mask = segment.attributeMasks[doc] ?? 0;
  if ((mask & (1 << attributeIndex)) === 0) return -1;
  let at = firstAttribute(segment, doc);
  // Attributes are in the order of their indexes, so those before are the lower bits of the mask.
  for (let below = mask & ((1 << attributeIndex) - 1); below !== 0; below &= below - 1) {
    at = contentEnd(segment.entries, at);
  }
  return at;
}

/** Prepared text of a value: with its diacritics. */
export function readPrepared(column: Column, valueId: number): string {
  const strictStart = column.strictOffsets[valueId] ?? 0;
  const strictEnd = column.strictOffsets[valueId + 1] ?? 0;
  if (strictEnd > strictStart) return column.strict.toString('utf8', strictStart, strictEnd - 1);
  const start = column.foldedOffsets[valueId] ?? 0;
  return column.folded.toString('utf8', start, (column.foldedOffsets[valueId + 1] ?? 1) - 1);
}

/** Value ids of an entry, ascending. */
export function readValueIds(column: Column, doc: number): number[] {
  const value = column.valueOfDoc[doc] ?? noValue;
  if (value === noValue) return [];
  if (value < listFlag) return [value];
  const place = value - listFlag;
  return [...column.lists.subarray(place + 1, place + 1 + (column.lists[place] ?? 0))];
}
