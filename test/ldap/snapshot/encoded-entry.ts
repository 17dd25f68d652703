import { ByteWriter } from '../../../src/ldap/ber/writer.js';
import type { Directory } from '../../../src/ldap/directory/directory.js';
import { selectAttributes } from '../../../src/ldap/search/select-attributes.js';
import { writeHit } from '../../../src/ldap/search/write-entry.js';
import type { Segment, Snapshot } from '../../../src/ldap/snapshot/segment.js';

/** SearchResultEntry of all user attributes, without the message around it. */
export function encodedEntry(directory: Directory, segment: Segment, doc: number): Buffer {
  const writer = new ByteWriter();
  const source = { directory, snapshot: snapshotOf(segment) };
  writeHit(writer, 1, source, doc, selectAttributes(directory, ['*'], false));
  const message = writer.take();
  const length = message[1] ?? 0;
  const start = 2 + (length < 0x80 ? 0 : length & 0x7f);
  // The message ID takes three bytes.
  return message.subarray(start + 3);
}

export function snapshotOf(segment: Segment): Snapshot {
  return {
    id: 'test',
    views: [{ segment, removed: undefined }],
    entryCount: segment.docCount,
    extractionDate: undefined,
    builtAt: new Date(0),
  };
}
