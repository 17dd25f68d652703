// Strict reading of the BER that RFC 4511 section 5.1 allows, without copying and without trusting one length.
import { isUtf8 } from 'node:buffer';
import { ProtocolError } from '../protocol/protocol-error.js';
import { resultCode } from '../protocol/result-code.js';
import { ShortTexts } from './short-texts.js';
import { berTag } from './tag.js';

/** Constructed values inside one another, LDAPMessage included: bounds the recursion of whoever reads. */
export const nestingMax = 100;

/**
 * Values in one message, constructed ones included: two bytes are enough to have an object made for each, and a filter
 * of a million of them would stall every other client. Five thousand assertions fit.
 */
export const valuesMax = 16_384;

/** Of all requests: what one client sends, others send too. */
const shortTexts = new ShortTexts();

/**
 * A cursor over buffer[start, end). Invariant: start <= position <= end <= buffer.length, and `end` only ever shrinks
 * to the end of a value that is wholly inside, so no byte outside of the slice is read whatever the bytes say.
 * Every fault is a `ProtocolError` that ends the connection, except where said otherwise.
 */
export class BerReader {
  readonly buffer: Buffer;
  /** Next byte to read. */
  position: number;
  /** End of the innermost constructed value entered. */
  end: number;
  #nesting = 0;
  #values = 0;

  constructor(buffer: Buffer, start: number, end: number) {
    if (!(start >= 0 && start <= end && end <= buffer.length)) {
      throw new RangeError('slice outside of its buffer');
    }
    this.buffer = buffer;
    this.position = start;
    this.end = end;
  }

  hasMore(): boolean {
    return this.position < this.end;
  }

  /** Tag of the next value, or -1 at the end. */
  peekTag(): number {
    return this.position < this.end ? (this.buffer[this.position] ?? -1) : -1;
  }

  /** Enters a constructed value; give what it returns to `leave`. */
  enter(tag: number): number {
    const length = this.#header(tag);
    if (++this.#nesting > nestingMax) throw new ProtocolError('nesting too deep');
    const outerEnd = this.end;
    this.end = this.position + length;
    return outerEnd;
  }

  /** Leaves a constructed value, which must have been read to its end. */
  leave(outerEnd: number): void {
    if (this.position !== this.end) throw new ProtocolError('unexpected trailing data');
    this.#nesting--;
    this.end = outerEnd;
  }

  /**
   * The same for a SEQUENCE, which later versions may lengthen: RFC 4511 section 4 has trailing components ignored when
   * their tag is not recognised. Here that is a context-specific tag from `firstUnknown` on; anything else is refused.
   */
  leaveExtensible(outerEnd: number, firstUnknown: number): void {
    while (this.position < this.end) {
      const tag = this.peekTag();
      if (!isContextTag(tag) || (tag & 0x1f) < firstUnknown) break;
      this.skip();
    }
    this.leave(outerEnd);
  }

  /** Passes over one value, whatever it holds. */
  skip(): void {
    const length = this.#header(this.peekTag());
    this.position += length;
  }

  /** 32 bits, signed; leading zero bytes are tolerated within 4 bytes. */
  integer(tag: number = berTag.integer): number {
    const length = this.#header(tag);
    if (length < 1 || length > 4) throw new ProtocolError('integer out of range');
    const { buffer, position } = this;
    let value = ((buffer[position] ?? 0) << 24) >> 24;
    for (let i = 1; i < length; i++) value = (value << 8) | (buffer[position + i] ?? 0);
    this.position = position + length;
    return value;
  }

  /** Any byte but 0 is true, as X.690 has it: clients are known that do not send 0xFF. */
  boolean(tag: number = berTag.boolean): boolean {
    if (this.#header(tag) !== 1) throw new ProtocolError('boolean not one byte long');
    return this.buffer[this.position++] !== 0;
  }

  null(tag: number): void {
    if (this.#header(tag) !== 0) throw new ProtocolError('null with a content');
  }

  /** A view of the same memory: copy what must outlive the message. */
  octets(tag: number = berTag.octetString): Buffer {
    const length = this.#header(tag);
    const from = this.position;
    this.position = from + length;
    return this.buffer.subarray(from, this.position);
  }

  /** A byte, a character: for names, in which whatever is not ASCII is unknown anyway. */
  latin1(tag: number = berTag.octetString): string {
    const length = this.#header(tag);
    const from = this.position;
    const to = from + length;
    this.position = to;
    return shortTexts.find(this.buffer, from, to) ?? this.buffer.toString('latin1', from, to);
  }

  /** UTF-8 (LDAPString); undefined when the bytes are not valid UTF-8, the value being passed over all the same. */
  text(tag: number = berTag.octetString): string | undefined {
    const length = this.#header(tag);
    const from = this.position;
    const to = from + length;
    this.position = to;
    const short = shortTexts.find(this.buffer, from, to);
    if (short !== undefined) return short;
    if (!isUtf8(this.buffer.subarray(from, to))) return undefined;
    return this.buffer.toString('utf8', from, to);
  }

  /** Reads tag and length; the content, of which the length is returned, is wholly before `end`. */
  #header(tag: number): number {
    const { buffer, end } = this;
    let position = this.position;
    if (end - position < 2) throw new ProtocolError('value missing or cut');
    if (buffer[position] !== tag) throw new ProtocolError('unexpected tag');
    let length = buffer[position + 1] ?? 0;
    position += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0) throw new ProtocolError('indefinite length');
      if (count > 4) throw new ProtocolError('length in more than 4 bytes');
      if (count > end - position) throw new ProtocolError('value missing or cut');
      length = 0;
      // Multiplied, not shifted: a length of 2^31 or more must not turn negative.
      for (let i = 0; i < count; i++) length = length * 256 + (buffer[position++] ?? 0);
    }
    if (length > end - position) throw new ProtocolError('length beyond its container');
    if (++this.#values > valuesMax) {
      throw new ProtocolError('too many values', { code: resultCode.adminLimitExceeded });
    }
    this.position = position;
    return length;
  }
}

/** Context-specific class, in the one-byte form. */
export function isContextTag(tag: number): boolean {
  return (tag & 0xc0) === 0x80 && (tag & 0x1f) !== 0x1f;
}
