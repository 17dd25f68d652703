// The value of an RDN in the text of a DN: a string with escapes, a quoted string, or `#` and the BER in hexadecimal.
import { isUtf8 } from 'node:buffer';
import { BerReader } from '../ber/reader.js';
import { ProtocolError } from '../protocol/protocol-error.js';

/** `end`: where the separator stands, or the length of the text. */
export type DnValue = { readonly value: string; readonly end: number };

/** `\` and one of these stands for it; `\` and two hexadecimal digits for a byte of UTF-8. */
const escapable = '"+,;<>\\ #=\t\n\r';
const separators = ',;+';
const hexPairPattern = /^[0-9a-f]{2}$/i;
const hexStringPattern = /#((?:[0-9a-f]{2})+)/iy;
/** OCTET STRING, UTF8String, NumericString, PrintableString, IA5String, VisibleString: bytes that are UTF-8 as they are. */
const textTags: readonly number[] = [0x04, 0x0c, 0x12, 0x13, 0x16, 0x1a];

/** @param from where the value begins, spaces passed over; @returns undefined when it is malformed */
export function readDnValue(text: string, from: number): DnValue | undefined {
  const first = text[from];
  if (first === '#') return readHexString(text, from);
  if (first === '"') return readQuoted(text, from + 1);
  return readString(text, from);
}

function readString(text: string, from: number): DnValue | undefined {
  let value = '';
  // Spaces at the end are not part of the value unless escaped.
  let lengthWithoutSpaces = 0;
  let position = from;
  while (position < text.length) {
    const character = text[position] ?? '';
    if (separators.includes(character)) break;
    if (character === '"' || character === '<' || character === '>' || character === '\0') {
      return undefined;
    }
    if (character === '\\') {
      const escaped = readEscapes(text, position);
      if (!escaped) return undefined;
      value += escaped.value;
      lengthWithoutSpaces = value.length;
      position = escaped.end;
    } else {
      value += character;
      if (!isSpace(character)) lengthWithoutSpaces = value.length;
      position++;
    }
  }
  return { value: value.slice(0, lengthWithoutSpaces), end: position };
}

function readQuoted(text: string, from: number): DnValue | undefined {
  let value = '';
  let position = from;
  while (position < text.length) {
    const character = text[position] ?? '';
    if (character === '"') return endAfterSpaces(text, position + 1, value);
    if (character === '\0') return undefined;
    if (character === '\\') {
      const escaped = readEscapes(text, position);
      if (!escaped) return undefined;
      value += escaped.value;
      position = escaped.end;
    } else {
      value += character;
      position++;
    }
  }
  return undefined;
}

/** One escaped character, or all the \hex that follow one another: a character may take several. */
function readEscapes(text: string, from: number): DnValue | undefined {
  const bytes: number[] = [];
  let position = from;
  while (text[position] === '\\') {
    const pair = text.slice(position + 1, position + 3);
    if (!hexPairPattern.test(pair)) break;
    bytes.push(Number.parseInt(pair, 16));
    position += 3;
  }
  if (bytes.length > 0) {
    const octets = Buffer.from(bytes);
    return isUtf8(octets) ? { value: octets.toString(), end: position } : undefined;
  }
  const character = text[from + 1];
  if (character === undefined || !escapable.includes(character)) return undefined;
  return { value: character, end: from + 2 };
}

/** RFC 4514 section 2.4: the BER encoding of the value. */
function readHexString(text: string, from: number): DnValue | undefined {
  hexStringPattern.lastIndex = from;
  const match = hexStringPattern.exec(text);
  if (!match?.[1]) return undefined;
  const value = decodeBerText(Buffer.from(match[1], 'hex'));
  return value === undefined ? undefined : endAfterSpaces(text, from + match[0].length, value);
}

function decodeBerText(bytes: Buffer): string | undefined {
  try {
    const reader = new BerReader(bytes, 0, bytes.length);
    const tag = reader.peekTag();
    const value = textTags.includes(tag) ? reader.text(tag) : undefined;
    return reader.hasMore() ? undefined : value;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function endAfterSpaces(text: string, from: number, value: string): DnValue | undefined {
  let end = from;
  while (isSpace(text[end])) end++;
  const separator = text[end];
  if (separator !== undefined && !separators.includes(separator)) return undefined;
  return { value, end };
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}
