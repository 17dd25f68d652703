// Reading what an entry holds, out of its encoded pieces. We wrote these bytes: they are not checked again.
import { berTag } from '../ber/tag.js';
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

/** Where the pieces of an entry are, and its attributes one after the other in the order of their indexes. */
export class EntryPlace {
  readonly segment: Segment;
  /** In `segment.own`: the DN when it is there whole, else the value that it is made of. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly isWholeDn: boolean;
  /** In `segment.own`: the SEQUENCE of attributes, and the end. */
  readonly sequenceStart: number;
  readonly ownEnd: number;
  /** In `segment.blocks`. */
  readonly kindStart: number;
  readonly kindEnd: number;
  readonly structureStart: number;
  readonly structureEnd: number;
  /** The attribute that `next` came to: bytes [at, end) of `bytes`. */
  bytes: Buffer;
  at: number;
  end: number;
  /** Where the piece that holds it ends. */
  #pieceEnd: number;
  #piecesLeft = 2;

  constructor(segment: Segment, doc: number) {
    const { own, ownStarts, blockStarts, kindOfDoc, structureOfDoc } = segment;
    const start = ownStarts[doc] ?? 0;
    const kind = kindOfDoc[doc] ?? 0;
    const structure = structureOfDoc[doc] ?? 0;
    this.segment = segment;
    this.isWholeDn = own[start] === berTag.octetString;
    this.sequenceStart = this.isWholeDn ? contentEnd(own, start) : start;
    this.ownEnd = ownStarts[doc + 1] ?? 0;
    this.kindStart = blockStarts[kind] ?? 0;
    this.kindEnd = blockStarts[kind + 1] ?? 0;
    this.structureStart = blockStarts[structure] ?? 0;
    this.structureEnd = blockStarts[structure + 1] ?? 0;
    const first = contentStart(own, this.sequenceStart);
    this.bytes = own;
    this.at = first;
    this.end = first;
    this.#pieceEnd = this.ownEnd;
    // PartialAttribute: type, then SET OF value.
    const name = this.isWholeDn
      ? start
      : contentStart(own, contentEnd(own, contentStart(own, first)));
    this.nameStart = contentStart(own, name);
    this.nameEnd = contentEnd(own, name);
  }

  /** Comes to the next attribute; the mask says how many there are. */
  next(): void {
    this.at = this.end;
    while (this.at === this.#pieceEnd && this.#piecesLeft > 0) this.#openPiece();
    this.end = contentEnd(this.bytes, this.at);
  }

  #openPiece(): void {
    this.bytes = this.segment.blocks;
    const isKind = this.#piecesLeft-- === 2;
    this.at = isKind ? this.kindStart : this.structureStart;
    this.#pieceEnd = isKind ? this.kindEnd : this.structureEnd;
  }

  /** Bytes of the DN, without tag and length. */
  get dnLength(): number {
    const length = this.nameEnd - this.nameStart;
    if (this.isWholeDn) return length;
    return this.segment.dnPrefix.length + length + this.segment.dnSuffix.length;
  }

  /** RFC 4514, as sent. */
  get dn(): string {
    const { own, dnPrefix, dnSuffix } = this.segment;
    const name = own.toString('utf8', this.nameStart, this.nameEnd);
    return this.isWholeDn ? name : dnPrefix.toString() + name + dnSuffix.toString();
  }
}

export function readDn(segment: Segment, doc: number): string {
  return new EntryPlace(segment, doc).dn;
}

/** Values of a user attribute as sent; none when the entry does not hold it. */
export function readValues(segment: Segment, doc: number, attributeIndex: number): string[] {
  const mask = segment.attributeMasks[doc] ?? 0;
  if ((mask & (1 << attributeIndex)) === 0) return [];
  const place = new EntryPlace(segment, doc);
  place.next();
  // Attributes are in the order of their indexes, so those before are the lower bits of the mask.
  for (let below = mask & ((1 << attributeIndex) - 1); below !== 0; below &= below - 1) {
    place.next();
  }
  const { bytes, at } = place;
  const set = contentEnd(bytes, contentStart(bytes, at));
  const end = contentEnd(bytes, set);
  const values: string[] = [];
  for (let value = contentStart(bytes, set); value < end; value = contentEnd(bytes, value)) {
    values.push(bytes.toString('utf8', contentStart(bytes, value), contentEnd(bytes, value)));
  }
  return values;
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
