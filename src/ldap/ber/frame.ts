// Where one LDAPMessage ends and the next begins in what a socket gave.
import { ProtocolError } from '../protocol/protocol-error.js';
import { berTag } from './tag.js';

/**
 * Total length in bytes of the LDAPMessage at `start`, header included, or 0 when more bytes are needed to know it.
 * The message itself may not be whole yet: compare with `end - start`. Refused as soon as the bytes at hand show it:
 * another tag than SEQUENCE, an indefinite length, a length in more than 4 bytes, a message over `lengthMax` bytes.
 * @throws {ProtocolError} that ends the connection
 */
export function frameLength(buffer: Buffer, start: number, end: number, lengthMax: number): number {
  if (start >= end) return 0;
  if (buffer[start] !== berTag.sequence) throw new ProtocolError('not an LDAPMessage');
  if (start + 1 >= end) return 0;
  const first = buffer[start + 1] ?? 0;
  let length = first;
  let headerLength = 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0) throw new ProtocolError('indefinite length');
    if (count > 4) throw new ProtocolError('length in more than 4 bytes');
    headerLength += count;
    if (start + headerLength > end) return 0;
    length = 0;
    // Multiplied, not shifted: a length of 2^31 or more must not turn negative.
    for (let i = start + 2; i < start + headerLength; i++) length = length * 256 + (buffer[i] ?? 0);
  }
  if (headerLength + length > lengthMax) throw new ProtocolError('message too long');
  return headerLength + length;
}
