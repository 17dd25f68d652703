// BER as a client writes and reads it (RFC 4511), apart from the server's own codec so that neither hides a fault of the other.
import type { Filter } from '../../src/ldap/protocol/request.js';

export type WireControl = {
  readonly type: string;
  readonly isCritical?: boolean;
  readonly value?: Buffer;
};

export type WireSearch = {
  readonly base: string;
  readonly scope?: number;
  readonly deref?: number;
  readonly sizeLimit?: number;
  readonly timeLimit?: number;
  readonly typesOnly?: boolean;
  readonly filter?: Filter;
  readonly attributes?: readonly string[];
};

export const applicationTag = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  unbindRequest: 0x42,
  searchRequest: 0x63,
  searchResultEntry: 0x64,
  searchResultDone: 0x65,
  searchResultReference: 0x73,
  modifyRequest: 0x66,
  addRequest: 0x68,
  delRequest: 0x4a,
  modifyDnRequest: 0x6c,
  compareRequest: 0x6e,
  compareResponse: 0x6f,
  abandonRequest: 0x50,
  extendedRequest: 0x77,
  extendedResponse: 0x78,
  intermediateResponse: 0x79,
} as const;

export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(length), ...parts]);
}

export function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

export const octets = (value: string | Buffer, tag = 0x04): Buffer => tlv(tag, Buffer.from(value));
export const bool = (value: boolean, tag = 0x01): Buffer =>
  tlv(tag, Buffer.from([value ? 255 : 0]));
export const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, ...parts);

export function integer(value: number, tag = 0x02): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(rest & 0xff);
    rest >>= 8;
  } while (!(rest === 0 && (bytes[0] ?? 0) < 0x80) && !(rest === -1 && (bytes[0] ?? 0) >= 0x80));
  return tlv(tag, Buffer.from(bytes));
}

export function message(
  id: number,
  operation: Buffer,
  controls: readonly WireControl[] = [],
): Buffer {
  const list = controls.length === 0 ? [] : [tlv(0xa0, ...controls.map(encodeControl))];
  return sequence(integer(id), operation, ...list);
}

function encodeControl({ type, isCritical, value }: WireControl): Buffer {
  return sequence(
    octets(type),
    ...(isCritical === undefined ? [] : [bool(isCritical)]),
    ...(value === undefined ? [] : [octets(value)]),
  );
}

export const bindRequest = (name = '', password: string | Buffer = '', version = 3): Buffer =>
  tlv(applicationTag.bindRequest, integer(version), octets(name), octets(password, 0x80));

export const unbindRequest = (): Buffer => tlv(applicationTag.unbindRequest);

export const abandonRequest = (id: number): Buffer => integer(id, applicationTag.abandonRequest);

export function searchRequest(search: WireSearch): Buffer {
  return tlv(
    applicationTag.searchRequest,
    octets(search.base),
    integer(search.scope ?? 2, 0x0a),
    integer(search.deref ?? 0, 0x0a),
    integer(search.sizeLimit ?? 0),
    integer(search.timeLimit ?? 0),
    bool(search.typesOnly ?? false),
    encodeFilter(search.filter ?? { kind: 'present', attribute: 'objectClass' }),
    sequence(...(search.attributes ?? []).map((name) => octets(name))),
  );
}

export function compareRequest(entry: string, attribute: string, value: string): Buffer {
  return tlv(applicationTag.compareRequest, octets(entry), assertion(0x30, attribute, value));
}

export const extendedRequest = (name: string, value?: Buffer): Buffer =>
  tlv(
    applicationTag.extendedRequest,
    octets(name, 0x80),
    ...(value === undefined ? [] : [octets(value, 0x81)]),
  );

export function encodeFilter(filter: Filter): Buffer {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return tlv(filter.kind === 'and' ? 0xa0 : 0xa1, ...filter.filters.map(encodeFilter));
    case 'not':
      return tlv(0xa2, encodeFilter(filter.filter));
    case 'equality':
      return assertion(0xa3, filter.attribute, filter.value);
    case 'substrings':
      return tlv(
        0xa4,
        octets(filter.attribute),
        sequence(
          ...(filter.initial === undefined ? [] : [octets(filter.initial, 0x80)]),
          ...filter.any.map((part) => octets(part, 0x81)),
          ...(filter.final === undefined ? [] : [octets(filter.final, 0x82)]),
        ),
      );
    case 'greaterOrEqual':
      return assertion(0xa5, filter.attribute, filter.value);
    case 'lessOrEqual':
      return assertion(0xa6, filter.attribute, filter.value);
    case 'present':
      return octets(filter.attribute, 0x87);
    case 'approx':
      return assertion(0xa8, filter.attribute, filter.value);
    case 'extensible':
      return tlv(
        0xa9,
        ...(filter.rule === undefined ? [] : [octets(filter.rule, 0x81)]),
        ...(filter.attribute === undefined ? [] : [octets(filter.attribute, 0x82)]),
        octets(filter.value, 0x83),
        ...(filter.dnAttributes ? [bool(true, 0x84)] : []),
      );
    case 'unknown':
      return tlv(0xaf, octets('x'));
  }
}

function assertion(tag: number, attribute: string, value: string | Buffer): Buffer {
  return tlv(tag, octets(attribute), octets(value));
}

/** One element: `start` and `end` bound its contents. */
export type Element = { readonly tag: number; readonly start: number; readonly end: number };

/** Undefined when `buffer` does not hold the whole element yet. */
export function readElement(buffer: Buffer, at: number): Element | undefined {
  if (at + 2 > buffer.length) return undefined;
  const tag = buffer[at] ?? 0;
  const first = buffer[at + 1] ?? 0;
  if (first < 0x80) return bounded(buffer, tag, at + 2, first);
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new Error('an answer with an indefinite or too long length');
  if (at + 2 + count > buffer.length) return undefined;
  return bounded(buffer, tag, at + 2 + count, buffer.readUIntBE(at + 2, count));
}

function bounded(buffer: Buffer, tag: number, start: number, length: number): Element | undefined {
  return start + length > buffer.length ? undefined : { tag, start, end: start + length };
}

export function readElements(buffer: Buffer, start: number, end: number): Element[] {
  const elements: Element[] = [];
  let at = start;
  while (at < end) {
    const element = readElement(buffer.subarray(0, end), at);
    if (!element) throw new Error('an answer whose inner element overruns the outer one');
    elements.push(element);
    at = element.end;
  }
  return elements;
}
