// Writing BER into memory that is reused from one answer to the next.
import { ByteMemory } from './byte-memory.js';
import { berTag } from './tag.js';

const chunkLength = 64 * 1024;
const defaultLengthMax = 32 * 1024 * 1024;
/** Text of this many UTF-16 units is at most 126 bytes of UTF-8: its length fits in one byte before it is known. */
const shortTextMax = 42;
/** Up to here a plain loop is quicker than a call. */
const shortCopyMax = 32;

/**
 * Appends to a chunk of memory. `take()` hands over what was written since the last one and goes on behind it in the
 * same chunk, so that an answer costs neither a copy nor an allocation of its own; a chunk is freed once every slice
 * of it is. What was taken is never written to again, unless it is given back: a socket may have it as it is.
 * One at a time may write: fill, then take or reset, without awaiting in between.
 */
export class ByteWriter {
  readonly #lengthMax: number;
  #buffer: Buffer;
  #memory: ByteMemory;
  #start = 0;
  #position = 0;

  /** @param lengthMax bytes at most between two takes; going over is a mistake of ours and throws a RangeError */
  constructor(lengthMax: number = defaultLengthMax) {
    this.#lengthMax = lengthMax;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(chunkLength, lengthMax));
    this.#memory = new ByteMemory(this.#buffer);
  }

  /** Bytes written since the last `take` or `reset`. */
  get length(): number {
    return this.#position - this.#start;
  }

  /** What was written since the last time; stays valid for ever. */
  take(): Buffer {
    const taken = this.#buffer.subarray(this.#start, this.#position);
    this.#start = this.#position;
    return taken;
  }

  /** Nobody reads what was taken last any more: its place is written again. Does nothing when more was written since. */
  giveBack(taken: Buffer): void {
    const start = taken.byteOffset;
    if (taken.buffer !== this.#buffer.buffer || start + taken.length !== this.#position) return;
    if (this.#start !== this.#position) return;
    this.#start = start;
    this.#position = start;
  }

  /** Forgets what was written since the last `take`, or all but its first `length` bytes. */
  reset(length = 0): void {
    if (length > this.length) throw new RangeError('reset beyond what was written');
    this.#position = this.#start + length;
  }

  /** Sets `count` bytes aside for the caller to write into `memory`, from the place returned on: all of them, at once. */
  claim(count: number): number {
    this.#reserve(count);
    const place = this.#position;
    this.#position = place + count;
    return place;
  }

  /** Where `claim` says; another one after each call that makes room. */
  get memory(): ByteMemory {
    if (this.#memory.bytes !== this.#buffer) this.#memory = new ByteMemory(this.#buffer);
    return this.#memory;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = value;
  }

  /** Bytes source[start, end) as they are. */
  raw(source: Uint8Array, start = 0, end: number = source.length): void {
    const length = end - start;
    this.#reserve(length);
    const buffer = this.#buffer;
    let position = this.#position;
    if (length <= shortCopyMax) {
      for (let at = start; at < end; at++) buffer[position++] = source[at] ?? 0;
    } else {
      // Half the time of `subarray`, which looks up what to construct.
      buffer.set(new Uint8Array(source.buffer, source.byteOffset + start, length), position);
      position += length;
    }
    this.#position = position;
  }

  /** Tag and length of a value of which the content, of a length known in front, follows. */
  header(tag: number, length: number): void {
    this.#reserve(6);
    this.#position = writeHeader(this.#buffer, this.#position, tag, length);
  }

  /** Opens a constructed value of a length yet unknown; give what it returns to `close`. */
  open(tag: number): number {
    this.#reserve(2);
    this.#buffer[this.#position++] = tag;
    this.#buffer[this.#position++] = 0;
    return this.length;
  }

  /** Closes what `open` opened: patches its length, moving the content when it takes more than one byte. */
  close(contentStart: number): void {
    const length = this.length - contentStart;
    const extra = lengthOfLength(length) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      const from = this.#start + contentStart;
      this.#buffer.copyWithin(from + extra, from, this.#position);
      this.#position += extra;
    }
    writeLength(this.#buffer, this.#start + contentStart - 1, length);
  }

  /** 32 bits, signed. */
  integer(value: number, tag: number = berTag.integer): void {
    this.#reserve(6);
    this.#position = writeInteger(this.#buffer, this.#position, tag, value);
  }

  enumerated(value: number): void {
    this.integer(value, berTag.enumerated);
  }

  boolean(value: boolean, tag: number = berTag.boolean): void {
    this.#reserve(3);
    this.#buffer[this.#position++] = tag;
    this.#buffer[this.#position++] = 1;
    this.#buffer[this.#position++] = value ? 0xff : 0;
  }

  /** In UTF-8. */
  text(value: string, tag: number = berTag.octetString): void {
    if (value === '') {
      this.header(tag, 0);
      return;
    }
    if (value.length > shortTextMax) {
      const length = Buffer.byteLength(value);
      this.header(tag, length);
      this.#reserve(length);
      this.#position += this.#buffer.write(value, this.#position);
      return;
    }
    this.#reserve(2 + value.length * 3);
    const length = this.#buffer.write(value, this.#position + 2);
    this.#buffer[this.#position] = tag;
    this.#buffer[this.#position + 1] = length;
    this.#position += 2 + length;
  }

  octets(value: Uint8Array, tag: number = berTag.octetString): void {
    this.header(tag, value.length);
    this.raw(value);
  }

  /** Makes room; what was written since the last take moves to a new chunk when this one is full. */
  #reserve(count: number): void {
    if (this.#position + count <= this.#buffer.length) return;
    const needed = this.length + count;
    if (needed > this.#lengthMax) {
      throw new RangeError(`more than ${this.#lengthMax} bytes written at once`);
    }
    // Doubled, so that a long answer is moved a logarithmic number of times.
    const size = Math.min(Math.max(chunkLength, needed * 2), this.#lengthMax);
    const buffer = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(buffer, 0, this.#start, this.#position);
    this.#buffer = buffer;
    this.#position -= this.#start;
    this.#start = 0;
  }
}

/** Bytes that the length octets of a content of `length` bytes take: the fewest. */
export function lengthOfLength(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x1_0000) return 3;
  return length < 0x100_0000 ? 4 : 5;
}

/** Bytes of content that an INTEGER of 32 bits takes: the fewest. */
export function lengthOfInteger(value: number): number {
  if (value >= -0x80 && value < 0x80) return 1;
  if (value >= -0x8000 && value < 0x8000) return 2;
  return value >= -0x80_0000 && value < 0x80_0000 ? 3 : 4;
}

/** Tag and length; returns the place after them. */
export function writeHeader(buffer: Buffer, position: number, tag: number, length: number): number {
  buffer[position] = tag;
  return writeLength(buffer, position + 1, length);
}

/** An INTEGER of 32 bits; returns the place after it. */
export function writeInteger(buffer: Buffer, position: number, tag: number, value: number): number {
  const length = lengthOfInteger(value);
  buffer[position] = tag;
  buffer[position + 1] = length;
  let at = position + 2;
  for (let shift = (length - 1) * 8; shift >= 0; shift -= 8) buffer[at++] = value >> shift;
  return at;
}

function writeLength(buffer: Buffer, position: number, length: number): number {
  const count = lengthOfLength(length) - 1;
  if (count === 0) {
    buffer[position] = length;
    return position + 1;
  }
  buffer[position] = 0x80 | count;
  for (let i = 1, shift = (count - 1) * 8; i <= count; i++, shift -= 8) {
    buffer[position + i] = length >> shift;
  }
  return position + 1 + count;
}
