// Values of the controls and of the extended operation that have one. A value that cannot be read is undefined: the
// request that bears it is answered protocolError.
import { BerReader } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import { ByteWriter } from '../ber/writer.js';
import { ProtocolError } from './protocol-error.js';
import type { ResultCode } from './result-code.js';

/** RFC 2696 section 2. In a request `size` is what the client wants; in an answer an estimate of the total, or 0. */
export type PagedResults = { readonly size: number; readonly cookie: Buffer };

/** RFC 2891 section 1.1. */
export type SortKey = {
  readonly attribute: string;
  readonly rule: string | undefined;
  readonly isReverse: boolean;
};

/** draft-ietf-ldapext-ldapv3-vlv-09 section 6.1. */
export type VirtualListView = {
  readonly beforeCount: number;
  readonly afterCount: number;
  readonly target:
    /** From 1; `contentCount` is the length of the list as the client believes it, 0 = it does not know. */
    | { readonly kind: 'offset'; readonly offset: number; readonly contentCount: number }
    /** The first entry of which the sort key is not before `value`. */
    | { readonly kind: 'value'; readonly value: Buffer };
  readonly contextId: Buffer | undefined;
};

/** Section 6.2 of the same. */
export type VirtualListViewResult = {
  readonly targetPosition: number;
  readonly contentCount: number;
  readonly code: ResultCode;
  readonly contextId: Uint8Array | undefined;
};

/** More than any answer needs around what the caller gives. */
const framingMax = 64;

export function decodePagedResults(value: Buffer | undefined): PagedResults | undefined {
  return decodeValue(value, (reader) => {
    const size = count(reader);
    const cookie = reader.octets();
    return { size, cookie };
  });
}

export function encodePagedResults(value: {
  readonly size: number;
  readonly cookie: Uint8Array;
}): Buffer {
  const writer = new ByteWriter(framingMax + value.cookie.length);
  const sequence = writer.open(berTag.sequence);
  writer.integer(value.size);
  writer.octets(value.cookie);
  writer.close(sequence);
  return writer.take();
}

/** At least one key. */
export function decodeSortRequest(value: Buffer | undefined): readonly SortKey[] | undefined {
  const keys = decodeValue(value, (reader) => {
    const decoded: SortKey[] = [];
    while (reader.hasMore()) decoded.push(decodeSortKey(reader));
    return decoded;
  });
  return keys && keys.length > 0 ? keys : undefined;
}

/** RFC 2891 section 1.2. @param attribute the first that is at fault, as the request names it */
export function encodeSortResponse(code: ResultCode, attribute?: string): Buffer {
  const writer = new ByteWriter(framingMax + 3 * (attribute?.length ?? 0));
  const sequence = writer.open(berTag.sequence);
  writer.enumerated(code);
  if (attribute !== undefined) writer.text(attribute, 0x80);
  writer.close(sequence);
  return writer.take();
}

export function decodeVirtualListView(value: Buffer | undefined): VirtualListView | undefined {
  return decodeValue(value, (reader) => {
    const beforeCount = count(reader);
    const afterCount = count(reader);
    const target = decodeTarget(reader);
    const contextId = reader.hasMore() ? reader.octets() : undefined;
    return { beforeCount, afterCount, target, contextId };
  });
}

export function encodeVirtualListViewResult(value: VirtualListViewResult): Buffer {
  const writer = new ByteWriter(framingMax + (value.contextId?.length ?? 0));
  const sequence = writer.open(berTag.sequence);
  writer.integer(value.targetPosition);
  writer.integer(value.contentCount);
  writer.enumerated(value.code);
  if (value.contextId !== undefined) writer.octets(value.contextId);
  writer.close(sequence);
  return writer.take();
}

/** RFC 3909 section 2.1: the message ID of the operation to cancel. */
export function decodeCancel(value: Buffer | undefined): number | undefined {
  return decodeValue(value, count);
}

function decodeSortKey(reader: BerReader): SortKey {
  const outerEnd = reader.enter(berTag.sequence);
  const attribute = reader.latin1();
  const rule = reader.peekTag() === 0x80 ? reader.latin1(0x80) : undefined;
  const isReverse = reader.peekTag() === 0x81 && reader.boolean(0x81);
  reader.leave(outerEnd);
  return { attribute, rule, isReverse };
}

function decodeTarget(reader: BerReader): VirtualListView['target'] {
  if (reader.peekTag() === 0x81) return { kind: 'value', value: reader.octets(0x81) };
  const outerEnd = reader.enter(0xa0);
  const offset = count(reader);
  const contentCount = count(reader);
  reader.leave(outerEnd);
  return { kind: 'offset', offset, contentCount };
}

/** INTEGER (0..maxInt). */
function count(reader: BerReader): number {
  const value = reader.integer();
  if (value < 0) throw new ProtocolError('negative count');
  return value;
}

/** Every value here is one SEQUENCE, read to its end, with nothing behind. */
function decodeValue<T>(
  value: Buffer | undefined,
  decode: (reader: BerReader) => T,
): T | undefined {
  if (value === undefined) return undefined;
  try {
    const reader = new BerReader(value, 0, value.length);
    const outerEnd = reader.enter(berTag.sequence);
    const decoded = decode(reader);
    reader.leave(outerEnd);
    return reader.hasMore() ? undefined : decoded;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
