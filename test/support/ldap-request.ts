// What clients send, byte by byte: an encoder that shares nothing with the one under test.
import type { Control, Filter, SearchScope } from '../../src/ldap/protocol/request.js';

/** One BER value, with the shortest length. */
export function ber(tag: number, ...contents: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag]), berLength(content.length), content]);
}

export function berInteger(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  let from = 0;
  while (from < 3 && isRedundant(bytes[from], bytes[from + 1])) from++;
  return ber(tag, bytes.subarray(from));
}

export function berBoolean(value: boolean, tag = 0x01): Buffer {
  return ber(tag, Buffer.from([value ? 0xff : 0]));
}

export function encodeMessage(
  messageId: number,
  operation: Buffer,
  controls: readonly Control[] = [],
): Buffer {
  const list = controls.length === 0 ? [] : [ber(0xa0, ...controls.map(encodeControl))];
  return ber(0x30, berInteger(messageId), operation, ...list);
}

export type SearchParts = {
  readonly baseObject?: string;
  readonly scope?: SearchScope;
  readonly derefAliases?: number;
  readonly sizeLimit?: number;
  readonly timeLimitSeconds?: number;
  readonly typesOnly?: boolean;
  readonly filter: Filter | Buffer;
  readonly attributes?: readonly string[];
};

/** The SearchRequest alone; give it to `encodeMessage`. */
export function encodeSearch(parts: SearchParts): Buffer {
  return ber(
    0x63,
    ber(0x04, parts.baseObject ?? ''),
    berInteger(['base', 'one', 'sub'].indexOf(parts.scope ?? 'sub'), 0x0a),
    berInteger(parts.derefAliases ?? 0, 0x0a),
    berInteger(parts.sizeLimit ?? 0),
    berInteger(parts.timeLimitSeconds ?? 0),
    berBoolean(parts.typesOnly ?? false),
    Buffer.isBuffer(parts.filter) ? parts.filter : encodeFilter(parts.filter),
    ber(0x30, ...(parts.attributes ?? []).map((name) => ber(0x04, name))),
  );
}

export function encodeBind(name = '', password: string | Buffer = '', version = 3): Buffer {
  return ber(0x60, berInteger(version), ber(0x04, name), ber(0x80, password));
}

export function encodeSaslBind(mechanism: string, credentials?: Buffer, name = ''): Buffer {
  const rest = credentials === undefined ? [] : [ber(0x04, credentials)];
  return ber(0x60, berInteger(3), ber(0x04, name), ber(0xa3, ber(0x04, mechanism), ...rest));
}

export function encodeUnbind(): Buffer {
  return ber(0x42);
}

export function encodeAbandon(messageId: number): Buffer {
  return berInteger(messageId, 0x50);
}

export function encodeCompare(entry: string, attribute: string, value: string | Buffer): Buffer {
  return ber(0x6e, ber(0x04, entry), ber(0x30, ber(0x04, attribute), ber(0x04, value)));
}

export function encodeExtended(name: string, value?: Buffer): Buffer {
  return ber(0x77, ber(0x80, name), ...(value === undefined ? [] : [ber(0x81, value)]));
}

export function encodeDelete(entry: string): Buffer {
  return ber(0x4a, entry);
}

export type Attribute = readonly [name: string, ...values: string[]];

export function encodeAdd(entry: string, ...attributes: Attribute[]): Buffer {
  return ber(0x68, ber(0x04, entry), ber(0x30, ...attributes.map(encodeAttribute)));
}

export function encodeModify(
  entry: string,
  ...changes: (readonly [operation: number, attribute: Attribute])[]
): Buffer {
  const list = changes.map(([operation, attribute]) =>
    ber(0x30, berInteger(operation, 0x0a), encodeAttribute(attribute)),
  );
  return ber(0x66, ber(0x04, entry), ber(0x30, ...list));
}

export function encodeModifyDn(entry: string, newRdn: string, newSuperior?: string): Buffer {
  const rest = newSuperior === undefined ? [] : [ber(0x80, newSuperior)];
  return ber(0x6c, ber(0x04, entry), ber(0x04, newRdn), berBoolean(true), ...rest);
}

export function encodeFilter(filter: Filter): Buffer {
  switch (filter.kind) {
    case 'and':
      return ber(0xa0, ...filter.filters.map(encodeFilter));
    case 'or':
      return ber(0xa1, ...filter.filters.map(encodeFilter));
    case 'not':
      return ber(0xa2, encodeFilter(filter.filter));
    case 'equality':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'approx': {
      const tags = { equality: 0xa3, greaterOrEqual: 0xa5, lessOrEqual: 0xa6, approx: 0xa8 };
      return ber(tags[filter.kind], ber(0x04, filter.attribute), ber(0x04, filter.value));
    }
    case 'substrings':
      return ber(
        0xa4,
        ber(0x04, filter.attribute),
        ber(
          0x30,
          ...(filter.initial ? [ber(0x80, filter.initial)] : []),
          ...filter.any.map((value) => ber(0x81, value)),
          ...(filter.final ? [ber(0x82, filter.final)] : []),
        ),
      );
    case 'present':
      return ber(0x87, filter.attribute);
    case 'extensible':
      return ber(
        0xa9,
        ...(filter.rule === undefined ? [] : [ber(0x81, filter.rule)]),
        ...(filter.attribute === undefined ? [] : [ber(0x82, filter.attribute)]),
        ber(0x83, filter.value),
        ...(filter.dnAttributes ? [berBoolean(true, 0x84)] : []),
      );
    case 'unknown':
      return ber(0x8f, 'whatever');
  }
}

function encodeControl(control: Control): Buffer {
  return ber(
    0x30,
    ber(0x04, control.type),
    ...(control.isCritical ? [berBoolean(true)] : []),
    ...(control.value === undefined ? [] : [ber(0x04, control.value)]),
  );
}

function encodeAttribute([name, ...values]: Attribute): Buffer {
  return ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value))));
}

/** Length octets, the fewest. */
export function berLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  let from = 0;
  while (bytes[from] === 0) from++;
  return Buffer.concat([Buffer.from([0x80 | (4 - from)]), bytes.subarray(from)]);
}

/** The first byte only repeats the sign of the second. */
function isRedundant(first: number | undefined, second: number | undefined): boolean {
  if (second === undefined) return false;
  return (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);
}
