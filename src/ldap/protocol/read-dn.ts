import type { BerReader } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import { ProtocolError } from './protocol-error.js';
import { resultCode } from './result-code.js';

/** A DN as sent, not yet parsed. Not being UTF-8 is a fault of the DN, not of the message. */
export function readDn(reader: BerReader, tag: number = berTag.octetString): string {
  const text = reader.text(tag);
  if (text === undefined) {
    throw new ProtocolError('invalid DN', { code: resultCode.invalidDnSyntax });
  }
  return text;
}
