// RFC 4511 section 4.5.1.7: the filter of a search, from BER to a tree.
import type { BerReader } from '../ber/reader.js';
import { isContextTag } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import { ProtocolError } from './protocol-error.js';
import type { Filter } from './request.js';

const choice = {
  and: 0xa0,
  or: 0xa1,
  not: 0xa2,
  equality: 0xa3,
  substrings: 0xa4,
  greaterOrEqual: 0xa5,
  lessOrEqual: 0xa6,
  present: 0x87,
  approx: 0xa8,
  extensible: 0xa9,
} as const;

const part = { initial: 0x80, any: 0x81, final: 0x82 } as const;

/** The reader bounds both the depth and the number of nodes. One node for all of them: it is never changed. */
const unknown: Filter = { kind: 'unknown' };

/**
 * Reads one filter. What is well formed but meaningless (a choice or a part of substrings that the protocol does not
 * have, parts out of order, empty or absent) is `unknown`, hence Undefined, as slapd has it: a filter with one odd
 * clause still answers through its others.
 * @throws {ProtocolError} that ends the connection when the structure is broken
 */
export function decodeFilter(reader: BerReader): Filter {
  const tag = reader.peekTag();
  switch (tag) {
    case choice.and:
      return { kind: 'and', filters: decodeSet(reader, tag) };
    case choice.or:
      return { kind: 'or', filters: decodeSet(reader, tag) };
    case choice.not:
      return decodeNot(reader);
    case choice.equality:
      return decodeAssertion(reader, tag, 'equality');
    case choice.substrings:
      return decodeSubstrings(reader);
    case choice.greaterOrEqual:
      return decodeAssertion(reader, tag, 'greaterOrEqual');
    case choice.lessOrEqual:
      return decodeAssertion(reader, tag, 'lessOrEqual');
    case choice.present:
      return { kind: 'present', attribute: reader.latin1(tag) };
    case choice.approx:
      return decodeAssertion(reader, tag, 'approx');
    case choice.extensible:
      return decodeExtensible(reader);
    default:
      if (!isContextTag(tag)) throw new ProtocolError('unexpected tag in filter');
      reader.skip();
      return unknown;
  }
}

function decodeSet(reader: BerReader, tag: number): Filter[] {
  const outerEnd = reader.enter(tag);
  const filters: Filter[] = [];
  while (reader.hasMore()) filters.push(decodeFilter(reader));
  reader.leave(outerEnd);
  return filters;
}

function decodeNot(reader: BerReader): Filter {
  const outerEnd = reader.enter(choice.not);
  const filter = decodeFilter(reader);
  reader.leave(outerEnd);
  return { kind: 'not', filter };
}

function decodeAssertion(
  reader: BerReader,
  tag: number,
  kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approx',
): Filter {
  const outerEnd = reader.enter(tag);
  const attribute = reader.latin1();
  const value = reader.octets();
  reader.leaveExtensible(outerEnd, 0);
  return { kind, attribute, value };
}

function decodeSubstrings(reader: BerReader): Filter {
  const outerEnd = reader.enter(choice.substrings);
  const attribute = reader.latin1();
  let initial: Buffer | undefined;
  let final: Buffer | undefined;
  const any: Buffer[] = [];
  let isMeaningful = true;
  const partsEnd = reader.enter(berTag.sequence);
  while (reader.hasMore()) {
    const tag = reader.peekTag();
    const value = reader.octets(tag);
    if (value.length === 0 || final) isMeaningful = false;
    else if (tag === part.any) any.push(value);
    else if (tag === part.final) final = value;
    else if (tag === part.initial && !initial && any.length === 0) initial = value;
    else isMeaningful = false;
  }
  reader.leave(partsEnd);
  reader.leaveExtensible(outerEnd, 0);
  const isEmpty = !initial && !final && any.length === 0;
  if (!isMeaningful || isEmpty) return unknown;
  return { kind: 'substrings', attribute, initial, any, final };
}

/** MatchingRuleAssertion: with neither a rule nor a type it means nothing. */
function decodeExtensible(reader: BerReader): Filter {
  const outerEnd = reader.enter(choice.extensible);
  const rule = reader.peekTag() === 0x81 ? reader.latin1(0x81) : undefined;
  const attribute = reader.peekTag() === 0x82 ? reader.latin1(0x82) : undefined;
  const value = reader.octets(0x83);
  const dnAttributes = reader.peekTag() === 0x84 && reader.boolean(0x84);
  reader.leaveExtensible(outerEnd, 5);
  if (rule === undefined && attribute === undefined) return unknown;
  return { kind: 'extensible', rule, attribute, value, dnAttributes };
}
