// SearchResultEntry (RFC 4511 section 4.5.2): what was encoded with the snapshot, copied whole or in runs.
import { contentEnd, contentStart } from '../ber/bounds.js';
import { copyBytes, ByteMemory } from '../ber/byte-memory.js';
import { berTag } from '../ber/tag.js';
import {
  lengthOfInteger,
  lengthOfLength,
  writeHeader,
  writeInteger,
  type ByteWriter,
} from '../ber/writer.js';
import type { Directory } from '../directory/directory.js';
import { responseTag } from '../protocol/operation-tag.js';
import type { Segment, Snapshot } from '../snapshot/segment.js';
import { generateAttributes } from './attribute-names.js';
import { EntryPlace, readPrepared, readValueIds } from './entry-reader.js';
import { fetchEntries } from './fetch-entries.js';
import { secondViewFlag } from './search-run.js';
import type { Selection } from './select-attributes.js';

export type HitSource = { readonly directory: Directory; readonly snapshot: Snapshot };

/** hits[first, end) of a search over the snapshot of `source`. */
export type HitRange = {
  readonly source: HitSource;
  readonly hits: Uint32Array;
  readonly first: number;
  readonly end: number;
};

/** Of the entry being written. */
const place = new EntryPlace();

/** How many entries are fetched into the cache of the processor together: fewer wait for memory, more push one another out. */
const fetchedMax = 16;

/** Writes hits until the writer holds `bytesMax`; returns how many. */
export function writeHits(
  writer: ByteWriter,
  messageId: number,
  { source, hits, first, end }: HitRange,
  selection: Selection,
  bytesMax: number,
): number {
  for (let at = first; at < end; at++) {
    if ((at - first) % fetchedMax === 0)
      fetchEntries(source.snapshot, hits, at, Math.min(at + fetchedMax, end));
    writeHit(writer, messageId, source, hits[at] ?? 0, selection);
    if (writer.length >= bytesMax) return at + 1 - first;
  }
  return end - first;
}

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
    writeWhole(writer, messageId, bytesOf(segment));
  } else {
    writeRuns(writer, messageId, bytesOf(segment), held & selection.userMask, wanted);
  }
}

/** What entries of a segment are made of. */
type SegmentBytes = Readonly<Record<'own' | 'blocks' | 'dnPrefix' | 'dnSuffix', ByteMemory>>;

const bytesOfSegment = new WeakMap<Segment, SegmentBytes>();

function bytesOf(segment: Segment): SegmentBytes {
  const known = bytesOfSegment.get(segment);
  if (known) return known;
  const made = {
    own: new ByteMemory(segment.own),
    blocks: new ByteMemory(segment.blocks),
    dnPrefix: new ByteMemory(segment.dnPrefix),
    dnSuffix: new ByteMemory(segment.dnSuffix),
  };
  bytesOfSegment.set(segment, made);
  return made;
}

/** All user attributes: the pieces as they are. */
function writeWhole(writer: ByteWriter, messageId: number, segment: SegmentBytes): void {
  const { sequenceStart, ownEnd, kindStart, kindEnd, structureStart, structureEnd } = place;
  const size = ownEnd - sequenceStart + (kindEnd - kindStart) + (structureEnd - structureStart);
  let at = writeFront(writer, messageId, segment, size);
  const { memory } = writer;
  at = copyBytes(memory, at, segment.own, sequenceStart, ownEnd);
  at = copyBytes(memory, at, segment.blocks, kindStart, kindEnd);
  copyBytes(memory, at, segment.blocks, structureStart, structureEnd);
}

/**
 * Claims room for a whole message, and writes what is before the SEQUENCE of attributes, which takes `sequenceSize` bytes.
 * Returns the place of that.
 */
function writeFront(
  writer: ByteWriter,
  messageId: number,
  { own, dnPrefix, dnSuffix }: SegmentBytes,
  sequenceSize: number,
): number {
  const { isWholeDn, nameStart, nameEnd } = place;
  const around = isWholeDn ? 0 : dnPrefix.bytes.length + dnSuffix.bytes.length;
  const dnLength = around + nameEnd - nameStart;
  const length = 1 + lengthOfLength(dnLength) + dnLength + sequenceSize;
  const size = 2 + lengthOfInteger(messageId) + 1 + lengthOfLength(length) + length;
  const start = writer.claim(1 + lengthOfLength(size) + size);
  const { memory } = writer;
  const { bytes } = memory;
  let at = writeHeader(bytes, start, berTag.sequence, size);
  at = writeInteger(bytes, at, berTag.integer, messageId);
  at = writeHeader(bytes, at, responseTag.searchEntry, length);
  at = writeHeader(bytes, at, berTag.octetString, dnLength);
  if (!isWholeDn) at = copyBytes(memory, at, dnPrefix, 0, dnPrefix.bytes.length);
  at = copyBytes(memory, at, own, nameStart, nameEnd);
  return isWholeDn ? at : copyBytes(memory, at, dnSuffix, 0, dnSuffix.bytes.length);
}

/** Start and end of each run of attributes that stand side by side in a piece; an entry has 31 at most. */
const runs = new Float64Array(64);
let runCount = 0;
/** Bytes of all of them. */
let runsSize = 0;

/** Some user attributes: lengths are known before anything is written. */
function writeRuns(
  writer: ByteWriter,
  messageId: number,
  segment: SegmentBytes,
  heldMask: number,
  wantedMask: number,
): void {
  const { own, blocks } = segment;
  const { ownEnd, kindStart, kindEnd, structureStart, structureEnd } = place;
  runCount = 0;
  runsSize = 0;
  // Attributes are in the order of the bits, hence of the pieces.
  let rest = addRuns(own.bytes, place.end, ownEnd, heldMask, wantedMask);
  const ownCount = runCount;
  rest = addRuns(blocks.bytes, kindStart, kindEnd, rest, wantedMask);
  addRuns(blocks.bytes, structureStart, structureEnd, rest, wantedMask);
  const sequenceSize = 1 + lengthOfLength(runsSize) + runsSize;
  const start = writeFront(writer, messageId, segment, sequenceSize);
  const { memory } = writer;
  let at = writeHeader(memory.bytes, start, berTag.sequence, runsSize);
  for (let run = 0; run < runCount; run++) {
    const from = run < ownCount ? own : blocks;
    at = copyBytes(memory, at, from, runs[2 * run] ?? 0, runs[2 * run + 1] ?? 0);
  }
}

/**
 * Adds the runs of bytes[first, end), a piece whose attributes are those of the lowest bits of `heldMask`. Returns the bits of
 * the pieces that follow.
 */
function addRuns(
  bytes: Buffer,
  first: number,
  end: number,
  heldMask: number,
  wantedMask: number,
): number {
  let rest = heldMask;
  let runStart = -1;
  let at = first;
  for (; at < end; rest &= rest - 1) {
    const isWanted = (wantedMask & rest & -rest) !== 0;
    if (isWanted && runStart < 0) runStart = at;
    else if (!isWanted && runStart >= 0) {
      addRun(runStart, at);
      runStart = -1;
    }
    at = contentEnd(bytes, at);
  }
  if (runStart >= 0) addRun(runStart, at);
  return rest;
}

function addRun(start: number, end: number): void {
  runs[2 * runCount] = start;
  runs[2 * runCount++ + 1] = end;
  runsSize += end - start;
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
