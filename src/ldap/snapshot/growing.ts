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
    // Most texts are short and in ASCII: writing them here is several times quicker than a call out of JavaScript.
    const bytes = this.#bytes;
    const start = this.#length;
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

  /** Appends the text at `start` of `from`, with the byte 0 that ends it. */
  copyEnded(from: Uint8Array, start: number): void {
    for (let at = start; ; at++) {
      if (this.#length === this.#bytes.length) this.#reserve(1);
      const byte = from[at] ?? 0;
      this.#bytes[this.#length++] = byte;
      if (byte === 0) return;
    }
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
