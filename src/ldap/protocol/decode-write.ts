// RFC 4511 sections 4.6 to 4.9. Nothing is ever written: requests are read to the end so that a malformed one is told
// apart from one that is merely refused, and nothing but the name of the entry is kept.
import type { BerReader } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import { parseDn } from '../dn/dn.js';
import { endMessage } from './decode-controls.js';
import { requestTag } from './operation-tag.js';
import { ProtocolError } from './protocol-error.js';
import { readDn } from './read-dn.js';
import type { Request } from './request.js';
import { resultCode } from './result-code.js';

/** The last one is increment (RFC 4525). */
const modifyOperation = { add: 0, increment: 3 } as const;

export function decodeAdd(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.add);
  const entry = readDn(reader);
  const attributesEnd = reader.enter(berTag.sequence);
  if (!reader.hasMore()) throw new ProtocolError('no attributes', {});
  while (reader.hasMore()) {
    if (skipAttribute(reader) === 0) throw new ProtocolError('attribute without a value', {});
  }
  reader.leave(attributesEnd);
  reader.leaveExtensible(outerEnd, 0);
  const controls = endMessage(reader, messageEnd);
  return { kind: 'write', messageId, controls, operation: 'add', entry };
}

export function decodeDelete(reader: BerReader, messageId: number, messageEnd: number): Request {
  const entry = readDn(reader, requestTag.delete);
  const controls = endMessage(reader, messageEnd);
  return { kind: 'write', messageId, controls, operation: 'delete', entry };
}

export function decodeModify(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.modify);
  const entry = readDn(reader);
  const changesEnd = reader.enter(berTag.sequence);
  while (reader.hasMore()) skipChange(reader);
  reader.leave(changesEnd);
  reader.leaveExtensible(outerEnd, 0);
  const controls = endMessage(reader, messageEnd);
  return { kind: 'write', messageId, controls, operation: 'modify', entry };
}

export function decodeModifyDn(reader: BerReader, messageId: number, messageEnd: number): Request {
  const outerEnd = reader.enter(requestTag.modifyDn);
  const entry = readDn(reader);
  const newRdn = parseDn(readDn(reader));
  if (newRdn?.length !== 1) {
    throw new ProtocolError('invalid new RDN', { code: resultCode.invalidDnSyntax });
  }
  reader.boolean();
  if (reader.peekTag() === 0x80 && !parseDn(readDn(reader, 0x80))) {
    throw new ProtocolError('invalid new superior', { code: resultCode.invalidDnSyntax });
  }
  reader.leaveExtensible(outerEnd, 1);
  const controls = endMessage(reader, messageEnd);
  return { kind: 'write', messageId, controls, operation: 'modifyDn', entry };
}

function skipChange(reader: BerReader): void {
  const outerEnd = reader.enter(berTag.sequence);
  const operation = reader.integer(berTag.enumerated);
  if (operation < 0 || operation > modifyOperation.increment) {
    throw new ProtocolError('invalid modify operation', {});
  }
  const valueCount = skipAttribute(reader);
  if (valueCount === 0 && operation === modifyOperation.add) {
    throw new ProtocolError('attribute without a value', {});
  }
  reader.leaveExtensible(outerEnd, 0);
}

/** PartialAttribute; the number of its values. */
function skipAttribute(reader: BerReader): number {
  const outerEnd = reader.enter(berTag.sequence);
  reader.latin1();
  const valuesEnd = reader.enter(berTag.set);
  let count = 0;
  for (; reader.hasMore(); count++) reader.octets();
  reader.leave(valuesEnd);
  reader.leaveExtensible(outerEnd, 0);
  return count;
}
