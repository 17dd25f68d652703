// SearchResultEntry (RFC 4511 section 4.5.2): what was encoded with the snapshot, copied whole or in runs.
import { berTag } from '../ber/tag.js';
import { lengthOfInteger, lengthOfLength, type ByteWriter } from '../ber/writer.js';
import type { Directory } from '../directory/directory.js';
import { responseTag } from '../protocol/operation-tag.js';
import { writeEncodedEntry } from '../protocol/response.js';
import type { Segment, Snapshot } from '../snapshot/segment.js';
import { generateAttributes } from './attribute-names.js';
import {
  contentEnd,
  contentStart,
  firstAttribute,
  readDn,
  readPrepared,
  readValueIds,
} from './entry-reader.js';
import { secondViewFlag } from './search-run.js';
import type { Selection } from './select-attributes.js';

export type HitSource = { readonly directory: Directory; readonly snapshot: Snapshot };

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
  if (selection.typesOnly || !isUserOnly) {
    writeGenerally(writer, messageId, source.directory, segment, doc, selection);
  } else if (wanted === (held & selection.userMask)) {
    const start = segment.entryStarts[doc] ?? 0;
    writeEncodedEntry(writer, messageId, segment.entries, start, segment.entryLengths[doc] ?? 0);
  } else {
    writeRuns(writer, messageId, segment, doc, held & selection.userMask, wanted);
  }
}

/** Start and end of each run of attributes that stand side by side; an entry has 31 at most. */
const runs = new Float64Array(64);

/** Some user attributes: lengths are known before anything is written. */
function writeRuns(
  writer: ByteWriter,
  messageId: number,
  { entries, entryStarts }: Segment,
  doc: number,
  heldMask: number,
  wantedMask: number,
): void {
  const dn = contentStart(entries, entryStarts[doc] ?? 0);
  const dnEnd = contentEnd(entries, dn);
  let at = contentStart(entries, dnEnd);
  let runCount = 0;
  let size = 0;
  // Attributes are in the order of the bits.
  for (let rest = heldMask; rest !== 0; rest &= rest - 1) {
    const end = contentEnd(entries, at);
    if ((wantedMask & rest & -rest) !== 0) {
      size += end - at;
      if (runCount > 0 && runs[2 * runCount - 1] === at) runs[2 * runCount - 1] = end;
      else {
        runs[2 * runCount] = at;
        runs[2 * runCount++ + 1] = end;
      }
    }
    at = end;
  }
  const entryLength = dnEnd - dn + 1 + lengthOfLength(size) + size;
  const messageLength =
    2 + lengthOfInteger(messageId) + 1 + lengthOfLength(entryLength) + entryLength;
  writer.header(berTag.sequence, messageLength);
  writer.integer(messageId);
  writer.header(responseTag.searchEntry, entryLength);
  writer.raw(entries, dn, dnEnd);
  writer.header(berTag.sequence, size);
  for (let run = 0; run < runCount; run++) {
    writer.raw(entries, runs[2 * run] ?? 0, runs[2 * run + 1] ?? 0);
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
  const message = writer.open(berTag.sequence);
  writer.integer(messageId);
  const operation = writer.open(responseTag.searchEntry);
  const dn = readDn(segment, doc);
  writer.text(dn);
  const list = writer.open(berTag.sequence);
  writeUserAttributes(writer, segment, doc, selection);
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
  doc: number,
  { mask, userMask, typesOnly }: Selection,
): void {
  const { entries } = segment;
  let at = firstAttribute(segment, doc);
  for (let rest = (segment.attributeMasks[doc] ?? 0) & userMask; rest !== 0; rest &= rest - 1) {
    const end = contentEnd(entries, at);
    if ((mask & rest & -rest) !== 0) {
      const type = contentStart(entries, at);
      if (typesOnly) writeType(writer, entries, type);
      else writer.raw(entries, at, end);
    }
    at = end;
  }
}

/** PartialAttribute without values. `type`: where its OCTET STRING begins. */
function writeType(writer: ByteWriter, entries: Buffer, type: number): void {
  const typeEnd = contentEnd(entries, type);
  writer.header(berTag.sequence, typeEnd - type + 2);
  writer.raw(entries, type, typeEnd);
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
