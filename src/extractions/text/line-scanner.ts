// Splits a stream of bytes into lines. Works on Buffers only: making a string of every line costs several times more.
import { isUtf8 } from 'node:buffer';

const LF = 10;
const CR = 13;

export type LineFault = 'LIGNE_TROP_LONGUE' | 'UTF8_INVALIDE' | 'CARACTERE_INTERDIT';

/** `buffer` is reused: what must outlive the call is to be copied. `end` is exclusive, without CR and LF. */
export type LineHandler = {
  line(buffer: Buffer, start: number, end: number, lineNumber: number): void;
  /** `line` is the bytes at fault; a line that is too long was not kept. */
  fault(code: LineFault, lineNumber: number, line?: Buffer): void;
};

/** Bytes that COPY cannot carry verbatim: NUL, and the byte that we declare as its quote. */
const forbiddenBytes = [0x00, 0x01] as const;

/**
 * Feeds `handler` line by line. `push` every chunk, then `finish` (a last line without newline counts). Empty lines are
 * passed over but counted. A UTF-8 byte order mark is dropped.
 */
export class LineScanner {
  readonly #handler: LineHandler;
  readonly #lineBytesMax: number;
  readonly #fallbackCharset: 'iso-8859-1' | undefined;
  #carry: Buffer[] = [];
  #carryBytes = 0;
  #isSkippingLongLine = false;
  #isFirstChunk = true;
  #lineNumber = 0;

  constructor(
    handler: LineHandler,
    lineBytesMax: number,
    fallbackCharset: 'iso-8859-1' | undefined,
  ) {
    this.#handler = handler;
    this.#lineBytesMax = lineBytesMax;
    this.#fallbackCharset = fallbackCharset;
  }

  /** Lines met so far, empty and faulty ones included. */
  get lineCount(): number {
    return this.#lineNumber;
  }

  push(input: Buffer): void {
    const chunk = this.#isFirstChunk ? this.#withoutBom(input) : input;
    const firstEnd = chunk.indexOf(LF);
    if (firstEnd < 0) {
      this.#keep(chunk);
      return;
    }
    const lastEnd = chunk.lastIndexOf(LF);
    this.#endCarriedLine(chunk.subarray(0, firstEnd));
    if (lastEnd > firstEnd) this.#scan(chunk.subarray(firstEnd + 1, lastEnd + 1));
    this.#keep(chunk.subarray(lastEnd + 1));
  }

  finish(): void {
    if (this.#carryBytes > 0 || this.#isSkippingLongLine) this.#endCarriedLine(Buffer.alloc(0));
  }

  #withoutBom(chunk: Buffer): Buffer {
    this.#isFirstChunk = false;
    const hasBom = chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    return hasBom ? chunk.subarray(3) : chunk;
  }

  /** Keeps the beginning of a line whose end is in a later chunk; the chunk may be reused, so it is copied. */
  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    // One more for the CR of a line that is just as long as it may be: where chunks are cut must not tell.
    if (this.#carryBytes + rest.length > this.#lineBytesMax + 1) {
      this.#isSkippingLongLine = true;
      return;
    }
    if (this.#isSkippingLongLine) return;
    this.#carry.push(Buffer.from(rest));
    this.#carryBytes += rest.length;
  }

  #endCarriedLine(tail: Buffer): void {
    this.#keep(tail);
    if (this.#isSkippingLongLine) {
      this.#lineNumber += 1;
      this.#handler.fault('LIGNE_TROP_LONGUE', this.#lineNumber);
    } else {
      this.#scan(Buffer.concat([...this.#carry, Buffer.of(LF)]));
    }
    this.#carry = [];
    this.#carryBytes = 0;
    this.#isSkippingLongLine = false;
  }

  /** `region` holds whole lines, each ended by LF. Most regions are clean: one check each instead of one per line. */
  #scan(region: Buffer): void {
    const isSuspect =
      region.includes(CR) ||
      forbiddenBytes.some((byte) => region.includes(byte)) ||
      !isUtf8(region);
    let start = 0;
    while (start < region.length) {
      const end = region.indexOf(LF, start);
      this.#lineNumber += 1;
      if (isSuspect || end - start > this.#lineBytesMax) this.#checkedLine(region, start, end);
      else if (end > start) this.#handler.line(region, start, end, this.#lineNumber);
      start = end + 1;
    }
  }

  #checkedLine(region: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && region[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (end === start) return;
    const line = region.subarray(start, end);
    const fault = this.#faultOf(line);
    if (fault === 'UTF8_INVALIDE' && this.#fallbackCharset) {
      const decoded = Buffer.from(line.toString('latin1'));
      this.#handler.line(decoded, 0, decoded.length, this.#lineNumber);
    } else if (fault) this.#handler.fault(fault, this.#lineNumber, line);
    else this.#handler.line(region, start, end, this.#lineNumber);
  }

  #faultOf(line: Buffer): LineFault | undefined {
    if (line.length > this.#lineBytesMax) return 'LIGNE_TROP_LONGUE';
    if (line.includes(CR) || forbiddenBytes.some((byte) => line.includes(byte))) {
      return 'CARACTERE_INTERDIT';
    }
    return isUtf8(line) ? undefined : 'UTF8_INVALIDE';
  }
}
