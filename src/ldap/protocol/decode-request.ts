// RFC 4511 section 4: one LDAPMessage, from BER to a request.
import { BerReader } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import { endMessage } from './decode-controls.js';
import { decodeFilter } from './decode-filter.js';
import { decodeAdd, decodeDelete, decodeModify, decodeModifyDn } from './decode-write.js';
import { requestTag, responseTagOf } from './operation-tag.js';
import { ProtocolError } from './protocol-error.js';
import { readDn } from './read-dn.js';
import type { BindRequest, Request, SearchScope } from './request.js';

const scopes = ['base', 'one', 'sub'] as const satisfies readonly SearchScope[];
const derefAliasesMax = 3;

/**
 * The message that is exactly buffer[start, end), as `frameLength` found it. Octet strings are views of `buffer`:
 * copy what must outlive it.
 * @throws {ProtocolError} which says whether the connection can go on and which request is to be answered
 */
export function decodeRequest(buffer: Buffer, start: number, end: number): Request {
  const reader = new BerReader(buffer, start, end);
  const messageEnd = reader.enter(berTag.sequence);
  const messageId = reader.integer();
  // 0 is for unsolicited notifications: only the server sends it.
  if (messageId < 1) throw new ProtocolError('invalid message ID');
  const tag = reader.peekTag();
  try {
    return decodeOperation(reader, tag, messageId, messageEnd);
  } catch (error) {
    if (!(error instanceof ProtocolError) || !error.canContinue) throw error;
    const { message, code } = error;
    throw new ProtocolError(message, { code, messageId, responseTag: responseTagOf(tag) });
  }
}

function decodeOperation(
  reader: BerReader,
  tag: number,
  messageId: number,
  messageEnd: number,
): Request {
  switch (tag) {
    case requestTag.search:
      return decodeSearch(reader, messageId, messageEnd);
    case requestTag.bind:
      return decodeBind(reader, messageId, messageEnd);
    case requestTag.unbind:
      reader.null(tag);
      return { kind: 'unbind', messageId, controls: endMessage(reader, messageEnd) };
    case requestTag.abandon:
      return decodeAbandon(reader, messageId, messageEnd);
    case requestTag.compare:
      return decodeCompare(reader, messageId, messageEnd);
    case requestTag.extended:
      return decodeExtended(reader, messageId, messageEnd);
    case requestTag.add:
      return decodeAdd(reader, messageId, messageEnd);
    case requestTag.delete:
      return decodeDelete(reader, messageId, messageEnd);
    case requestTag.modify:
      return decodeModify(reader, messageId, messageEnd);
    case requestTag.modifyDn:
      return decodeModifyDn(reader, messageId, messageEnd);
    default:
      throw new ProtocolError('unknown request');
  }
}

function decodeSearch(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.search);
  const baseObject = readDn(reader);
  const scope = scopes[reader.integer(berTag.enumerated)];
  if (scope === undefined) throw new ProtocolError('invalid scope', {});
  const derefAliases = reader.integer(berTag.enumerated);
  if (derefAliases < 0 || derefAliases > derefAliasesMax) {
    throw new ProtocolError('invalid derefAliases', {});
  }
  const sizeLimit = reader.integer();
  if (sizeLimit < 0) throw new ProtocolError('invalid size limit', {});
  const timeLimitSeconds = reader.integer();
  if (timeLimitSeconds < 0) throw new ProtocolError('invalid time limit', {});
  const typesOnly = reader.boolean();
  const filter = decodeFilter(reader);
  const attributes: string[] = [];
  const attributesEnd = reader.enter(berTag.sequence);
  while (reader.hasMore()) attributes.push(reader.latin1());
  reader.leave(attributesEnd);
  reader.leaveExtensible(outerEnd, 10);
  return {
    kind: 'search',
    messageId,
    controls: endMessage(reader, messageEnd),
    baseObject,
    scope,
    sizeLimit,
    timeLimitSeconds,
    typesOnly,
    filter,
    attributes,
  };
}

function decodeBind(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.bind);
  const version = reader.integer();
  const name = readDn(reader);
  const authentication = decodeAuthentication(reader);
  reader.leaveExtensible(outerEnd, 4);
  const controls = endMessage(reader, messageEnd);
  return { kind: 'bind', messageId, controls, version, name, authentication };
}

/** A choice that is not known is a value, answered authMethodNotSupported (RFC 4511 section 4.2). */
function decodeAuthentication(reader: BerReader): BindRequest['authentication'] {
  const tag = reader.peekTag();
  if (tag === 0x80) return { kind: 'simple', password: reader.octets(tag) };
  if (tag !== 0xa3) {
    reader.skip();
    return { kind: 'unknown' };
  }
  const outerEnd = reader.enter(tag);
  const mechanism = reader.latin1();
  const credentials = reader.peekTag() === berTag.octetString ? reader.octets() : undefined;
  reader.leaveExtensible(outerEnd, 0);
  return { kind: 'sasl', mechanism, credentials };
}

function decodeAbandon(reader: BerReader, messageId: number, messageEnd: number): Request {
  const abandonedId = reader.integer(requestTag.abandon);
  if (abandonedId < 0) throw new ProtocolError('invalid message ID', {});
  return { kind: 'abandon', messageId, controls: endMessage(reader, messageEnd), abandonedId };
}

function decodeCompare(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.compare);
  const entry = readDn(reader);
  const assertionEnd = reader.enter(berTag.sequence);
  const attribute = reader.latin1();
  const value = reader.octets();
  reader.leaveExtensible(assertionEnd, 0);
  reader.leaveExtensible(outerEnd, 0);
  const controls = endMessage(reader, messageEnd);
  return { kind: 'compare', messageId, controls, entry, attribute, value };
}

function decodeExtended(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.extended);
  const name = reader.latin1(0x80);
  const value = reader.peekTag() === 0x81 ? reader.octets(0x81) : undefined;
  reader.leaveExtensible(outerEnd, 2);
  return { kind: 'extended', messageId, controls: endMessage(reader, messageEnd), name, value };
}
