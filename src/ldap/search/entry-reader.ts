// Reading what an entry holds, out of its encoded pieces. We wrote these bytes: they are not checked again.
import { contentEnd, contentStart } from '../ber/bounds.js';
import { berTag } from '../ber/tag.js';
import { listFlag, noValue, type Column, type Segment } from '../snapshot/segment.js';

/**
 * Where the pieces of an entry are, and its attributes one after the other in the order of their indexes. Nothing but numbers, so
 * that one object may serve for all entries without keeping a segment in memory.
 */
export class EntryPlace {
  /** In `segment.own`: the DN when it is there whole, else the value that it is made of. */
  nameStart = 0;
  nameEnd = 0;
  isWholeDn = false;
  /** In `segment.own`: the SEQUENCE of attributes, and the end. */
  sequenceStart = 0;
  ownEnd = 0;
  /** In `segment.blocks`. */
  kindStart = 0;
  kindEnd = 0;
  structureStart = 0;
  structureEnd = 0;
  /** The attribute that `next` came to: bytes [at, end) of `segment.own`, or of `segment.blocks`. */
  isOwn = true;
  at = 0;
  end = 0;
  /** Where the piece that holds it ends. */
  pieceEnd = 0;

  find({ own, blocks, pieces }: Segment, doc: number): void {
    const start = pieces[doc * 3] ?? 0;
    const kind = pieces[doc * 3 + 1] ?? 0;
    const structure = pieces[doc * 3 + 2] ?? 0;
    this.ownEnd = pieces[doc * 3 + 3] ?? 0;
    this.isWholeDn = own[start] === berTag.octetString;
    this.sequenceStart = this.isWholeDn ? contentEnd(own, start) : start;
    this.kindStart = contentStart(blocks, kind);
    this.kindEnd = contentEnd(blocks, kind);
    this.structureStart = contentStart(blocks, structure);
    this.structureEnd = contentEnd(blocks, structure);
    const first = contentStart(own, this.sequenceStart);
    this.isOwn = true;
    this.at = first;
    this.end = first;
    this.pieceEnd = this.ownEnd;
    // PartialAttribute: type, then SET OF value.
    const name = this.isWholeDn
      ? start
      : contentStart(own, contentEnd(own, contentStart(own, first)));
    this.nameStart = contentStart(own, name);
    this.nameEnd = contentEnd(own, name);
  }

  /** Comes to the next attribute of the entry that was found; the mask says how many there are. */
  next({ own, blocks }: Segment): void {
    this.at = this.end;
    if (this.isOwn && this.at === this.pieceEnd) {
      this.isOwn = false;
      this.at = this.kindStart;
      this.pieceEnd = this.kindEnd;
    }
    // The two blocks may be one and the same, when they are empty.
    if (!this.isOwn && this.at === this.kindEnd && this.pieceEnd === this.kindEnd) {
      this.at = this.structureStart;
      this.pieceEnd = this.structureEnd;
    }
    this.end = contentEnd(this.isOwn ? own : blocks, this.at);
  }

  /** Bytes of the DN, without tag and length. */
  dnLength({ dnPrefix, dnSuffix }: Segment): number {
    const length = this.nameEnd - this.nameStart;
    return this.isWholeDn ? length : dnPrefix.length + length + dnSuffix.length;
  }

  /** RFC 4514, as sent. */
  dn({ own, dnPrefix, dnSuffix }: Segment): string {
    const name = own.toString('utf8', this.nameStart, this.nameEnd);
    return this.isWholeDn ? name : dnPrefix.toString() + name + dnSuffix.toString();
  }
}

/** Of the entry being read. */
const place = new EntryPlace();

export function readDn(segment: Segment, doc: number): string {
  place.find(segment, doc);
  return place.dn(segment);
}

/** Values of a user attribute as sent; none when the entry does not hold it. */
export function readValues(segment: Segment, doc: number, attributeIndex: number): string[] {
  const mask = segment.attributeMasks[doc] ?? 0;
  if ((mask & (1 << attributeIndex)) === 0) return [];
  place.find(segment, doc);
  place.next(segment);
  // Attributes are in the order of their indexes, so those before are the lower bits of the mask.
  for (let below = mask & ((1 << attributeIndex) - 1); below !== 0; below &= below - 1) {
    place.next(segment);
  }
  const { at, isOwn } = place;
  const bytes = isOwn ? segment.own : segment.blocks;
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
