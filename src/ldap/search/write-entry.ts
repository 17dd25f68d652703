// SearchResultEntry (RFC 4511 section 4.5.2): what was encoded with the snapshot, copied whole or in runs.
import { contentEnd, contentStart } from '../ber/bounds.js';
import { berTag } from '../ber/tag.js';
import { lengthOfInteger, lengthOfLength, type ByteWriter } from '../ber/writer.js';
import type { Directory } from '../directory/directory.js';
import { responseTag } from '../protocol/operation-tag.js';
import type { Segment, Snapshot } from '../snapshot/segment.js';
import { generateAttributes } from './attribute-names.js';
import { EntryPlace, readPrepared, readValueIds } from './entry-reader.js';
import { secondViewFlag } from './search-run.js';
import type { Selection } from './select-attributes.js';

export type HitSource = { readonly directory: Directory; readonly snapshot: Snapshot };

/** Of the entry being written. */
const place = new EntryPlace();

/** One hit of a search over that snapshot. */
export function writeHit(
  writer: ByteWriter,
  messageId: number,
  source: HitSource,
  hit: number,
  selection: Selection,
): void {
  const isSecond = hit >= secondViewFlag;
  const segment = source.snapshot.views[isSecond ? 1 : 0]?.segment;
  if (!segment) throw new RangeError('a hit of another snapshot');
  const doc = isSecond ? hit - secondViewFlag : hit;
  const held = segment.attributeMasks[doc] ?? 0;
  const wanted = held & selection.mask;
  const isUserOnly = (wanted & ~selection.userMask) === 0 && selection.generated.length === 0;
  place.find(segment, doc);
  if (selection.typesOnly || !isUserOnly) {
    writeGenerally(writer, messageId, source.directory, segment, doc, selection);
  } else if (wanted === (held & selection.userMask)) {
    writeWhole(writer, messageId, segment);
  } else {
    writeRuns(writer, messageId, segment, held & selection.userMask, wanted);
  }
}

/** All user attributes: the pieces as they are. */
function writeWhole(writer: ByteWriter, messageId: number, segment: Segment): void {
  const { sequenceStart, ownEnd, kindStart, kindEnd, structureStart, structureEnd } = place;
  const { own, blocks } = segment;
  const size = ownEnd - sequenceStart + (kindEnd - kindStart) + (structureEnd - structureStart);
  writeFront(writer, messageId, segment, size);
  writer.raw(own, sequenceStart, ownEnd);
  writer.raw(blocks, kindStart, kindEnd);
  writer.raw(blocks, structureStart, structureEnd);
}

/** Everything before the SEQUENCE of attributes, which takes `sequenceSize` bytes. */
function writeFront(
  writer: ByteWriter,
  messageId: number,
  segment: Segment,
  sequenceSize: number,
): void {
  const { isWholeDn, nameStart, nameEnd } = place;
  const dnLength = place.dnLength(segment);
  const { own, dnPrefix, dnSuffix } = segment;
  const length = 1 + lengthOfLength(dnLength) + dnLength + sequenceSize;
  writer.header(
    berTag.sequence,
    2 + lengthOfInteger(messageId) + 1 + lengthOfLength(length) + length,
  );
  writer.integer(messageId);
  writer.header(responseTag.searchEntry, length);
  writer.header(berTag.octetString, dnLength);
  if (!isWholeDn) writer.raw(dnPrefix);
  writer.raw(own, nameStart, nameEnd);
  if (!isWholeDn) writer.raw(dnSuffix);
}

/** Start and end of each run of attributes that stand side by side in a piece; an entry has 31 at most. */
const runs = new Float64Array(64);
/** 1 where the run is of the own piece. */
const isOwnRun = new Uint8Array(32);

/** Some user attributes: lengths are known before anything is written. */
function writeRuns(
  writer: ByteWriter,
  messageId: number,
  segment: Segment,
  heldMask: number,
  wantedMask: number,
): void {
  const { own, blocks } = segment;
  let runCount = 0;
  let size = 0;
  // Attributes are in the order of the bits: none is wanted after the highest one.
  for (let rest = heldMask; (rest & wantedMask) !== 0; rest &= rest - 1) {
    place.next(segment);
    if ((wantedMask & rest & -rest) === 0) continue;
    const { at, end } = place;
    const isOwn = place.isOwn ? 1 : 0;
    size += end - at;
    if (runCount > 0 && runs[2 * runCount - 1] === at && isOwnRun[runCount - 1] === isOwn) {
      runs[2 * runCount - 1] = end;
    } else {
      isOwnRun[runCount] = isOwn;
      runs[2 * runCount] = at;
      runs[2 * runCount++ + 1] = end;
    }
  }
  writeFront(writer, messageId, segment, 1 + lengthOfLength(size) + size);
  writer.header(berTag.sequence, size);
  for (let run = 0; run < runCount; run++) {
    writer.raw(isOwnRun[run] === 1 ? own : blocks, runs[2 * run] ?? 0, runs[2 * run + 1] ?? 0);
  }
}

/** Types alone, or operational attributes among the others. */
function writeGenerally(
  writer: ByteWriter,
  messageId: number,
  directory: Directory,
  segment: Segment,
  doc: number,
  selection: Selection,
): void {
  const dn = place.dn(segment);
  const message = writer.open(berTag.sequence);
  writer.integer(messageId);
  const operation = writer.open(responseTag.searchEntry);
  writer.text(dn);
  const list = writer.open(berTag.sequence);
  writeUserAttributes(writer, segment, segment.attributeMasks[doc] ?? 0, selection);
  for (const [index, { name, isOperational }] of directory.schema.attributes.entries()) {
    const column = segment.columns[index];
    const isWanted = isOperational && (selection.mask & (1 << index)) !== 0;
    const values = isWanted && column ? readValueIds(column, doc) : [];
    if (!column || values.length === 0) continue;
    const texts = values.map((value) => readPrepared(column, value));
    writeAttribute(writer, name, selection.typesOnly ? [] : texts);
  }
  for (const { name, value } of generateAttributes(directory, dn)) {
    if (!selection.generated.includes(name)) continue;
    writeAttribute(writer, name, selection.typesOnly ? [] : [value]);
  }
  writer.close(list);
  writer.close(operation);
  writer.close(message);
}

function writeUserAttributes(
  writer: ByteWriter,
  segment: Segment,
  heldMask: number,
  { mask, userMask, typesOnly }: Selection,
): void {
  for (let rest = heldMask & userMask; rest !== 0; rest &= rest - 1) {
    place.next(segment);
    if ((mask & rest & -rest) === 0) continue;
    const { at, end } = place;
    const bytes = place.isOwn ? segment.own : segment.blocks;
    if (typesOnly) writeType(writer, bytes, contentStart(bytes, at));
    else writer.raw(bytes, at, end);
  }
}

/** PartialAttribute without values. `type`: where its OCTET STRING begins. */
function writeType(writer: ByteWriter, bytes: Buffer, type: number): void {
  const typeEnd = contentEnd(bytes, type);
  writer.header(berTag.sequence, typeEnd - type + 2);
  writer.raw(bytes, type, typeEnd);
  writer.header(berTag.set, 0);
}

function writeAttribute(writer: ByteWriter, name: string, values: readonly string[]): void {
  const attribute = writer.open(berTag.sequence);
  writer.text(name);
  const set = writer.open(berTag.set);
  for (const value of values) writer.text(value);
  writer.close(set);
  writer.close(attribute);
}
