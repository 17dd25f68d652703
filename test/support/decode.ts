import assert from 'node:assert/strict';
import { decodeRequest } from '../../src/ldap/protocol/decode-request.js';
import { ProtocolError } from '../../src/ldap/protocol/protocol-error.js';
import type { Request } from '../../src/ldap/protocol/request.js';

/** Decodes in the middle of bytes that would be valid values: reading outside of the slice gives something else. */
export function decode(message: Buffer): Request {
  const around = Buffer.concat([Buffer.alloc(9, 0x30), message, Buffer.alloc(200, 0x04)]);
  return decodeRequest(around, 9, 9 + message.length);
}

/** What decoding throws, which must be a ProtocolError. */
export function refusalOf(
  message: Buffer | string,
): Pick<ProtocolError, 'canContinue' | 'code' | 'messageId' | 'responseTag'> {
  try {
    decode(Buffer.isBuffer(message) ? message : Buffer.from(message, 'hex'));
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    const { canContinue, code, messageId, responseTag } = error;
    return { canContinue, code, messageId, responseTag };
  }
  assert.fail('accepted');
}
