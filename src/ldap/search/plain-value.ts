// Values that most clients send: preparing them is putting letters in lower case, which is done on their bytes.
import { isAscii } from 'node:buffer';
import type { Matching } from '../schema/served-schema.js';

/**
 * What `prepareValue`, `prepareSubstring` and then `foldAccents` make of the value, in UTF-8: the value itself, or its copy in
 * lower case. Undefined when there is more to do than that, or when they may refuse it.
 */
export function preparePlain(matching: Matching, value: Buffer): Buffer | undefined {
  switch (matching) {
    case 'caseIgnore':
    case 'caseIgnoreIa5':
      return lowerPlain(value);
    case 'numericString':
      return isDigits(value) ? value : undefined;
    case 'caseExact':
    case 'caseExactIa5':
    case 'telephoneNumber':
    case 'objectIdentifier':
    case 'distinguishedName':
    case 'generalizedTime':
    case 'boolean':
    case 'integer':
    case 'uuid':
    case 'octetString':
      return undefined;
  }
}

/** Printable ASCII, spaces one at a time and not at the ends. */
function lowerPlain(value: Buffer): Buffer | undefined {
  let last = 0x20;
  let hasCapital = false;
  for (const byte of value) {
    if (byte <= 0x20 ? byte !== 0x20 || last === 0x20 : byte >= 0x7f) return undefined;
    hasCapital ||= isCapital(byte);
    last = byte;
  }
  if (last === 0x20) return undefined;
  return hasCapital ? toLower(value) : value;
}

function toLower(value: Buffer): Buffer {
  const lower = Buffer.allocUnsafe(value.length);
  for (let at = 0; at < value.length; at++) {
    const byte = value[at] ?? 0;
    lower[at] = isCapital(byte) ? byte | 0x20 : byte;
  }
  return lower;
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function isDigits(value: Buffer): boolean {
  for (const byte of value) if (byte < 0x30 || byte > 0x39) return false;
  return value.length > 0;
}

/** Up to this length in bytes a loop tells ASCII quicker than a call to native code. */
const shortMax = 64;

export function isAsciiValue(value: Buffer): boolean {
  if (value.length > shortMax) return isAscii(value);
  let seen = 0;
  for (const byte of value) seen |= byte;
  return seen < 0x80;
}
