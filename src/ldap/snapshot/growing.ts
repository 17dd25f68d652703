// Arrays that grow by doubling, for what is collected before its size is known.

export class GrowingNumbers {
  #numbers = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was pushed, until the next push. */
  get numbers(): Uint32Array {
    return this.#numbers.subarray(0, this.#length);
  }

  at(place: number): number | undefined {
    return place < this.#length ? this.#numbers[place] : undefined;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Uint32Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }
}

/** Up to this length, writing a text here is quicker than a call out of JavaScript. */
const shortMax = 16;

export class GrowingText {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was appended, until the next time. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Appends `text` in UTF-8. */
  append(text: string): void {
    this.#reserve(text.length * 3);
    const bytes = this.#bytes;
    const start = this.#length;
    if (text.length > shortMax) {
      this.#length = start + bytes.write(text, start);
      return;
    }
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) {
        this.#length = start + bytes.write(text, start);
        return;
      }
      bytes[start + at] = code;
    }
    this.#length = start + text.length;
  }

  /** Appends `text` in UTF-8, then a byte 0. */
  appendEnded(text: string): void {
    this.append(text);
    this.#reserve(1);
    this.#bytes[this.#length++] = 0;
  }

  /**
   * Appends what `from` holds from `start` on, letters in lower case, then a byte 0. Appends nothing and returns false when that
   * is not plain: printable ASCII, spaces one at a time and not at the ends.
   */
  appendPlainFolded(from: GrowingText, start: number): boolean {
    const source = from.#bytes;
    const end = from.#length;
    this.#reserve(end - start + 1);
    const bytes = this.#bytes;
    let to = this.#length;
    let last = 0x20;
    for (let at = start; at < end; at++) {
      const byte = source[at] ?? 0;
      if (byte <= 0x20 ? byte !== 0x20 || last === 0x20 : byte >= 0x7f) return false;
      bytes[to++] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      last = byte;
    }
    if (last === 0x20) return false;
    bytes[to++] = 0;
    this.#length = to;
    return true;
  }

  /** Appends the text at `start` of `from`, with the byte 0 that ends it. */
  copyEnded(from: Uint8Array, start: number): void {
    let end = start;
    while (from[end] !== 0 && end < from.length) end++;
    this.#reserve(end - start + 1);
    const bytes = this.#bytes;
    let to = this.#length;
    for (let at = start; at < end; at++) bytes[to++] = from[at] ?? 0;
    bytes[to++] = 0;
    this.#length = to;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** @throws RangeError for a size that offsets of 32 bits cannot reach */
export function assertAddressable(size: number): void {
  if (size > 0xffffffff) throw new RangeError(`${size} bytes, 4 GiB at most`);
}
