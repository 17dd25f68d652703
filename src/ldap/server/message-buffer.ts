// What a connection has received and not yet handled, cut into whole messages by whoever reads it.

const firstCapacity = 4 * 1024;
const nothing = Buffer.alloc(0);

/**
 * Bytes from `start` to `end` of `bytes` are waiting. A chunk is kept as it came when nothing was waiting; else it is
 * appended to a buffer of our own that doubles, so that a message in many chunks is copied a bounded number of times.
 * Invariant: bytes that were consumed are never written to again, so that a request may keep views of them.
 */
export class MessageBuffer {
  bytes: Buffer = nothing;
  start = 0;
  end = 0;
  /** `bytes` was allocated here, with room after `end`. */
  #isOurs = false;

  get length(): number {
    return this.end - this.start;
  }

  /** Memory that what is waiting takes. */
  get heldBytes(): number {
    return this.start === this.end ? 0 : this.bytes.length;
  }

  push(chunk: Buffer): void {
    if (this.start === this.end) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.#isOurs = false;
      return;
    }
    if (!this.#isOurs || this.end + chunk.length > this.bytes.length) this.#grow(chunk.length);
    chunk.copy(this.bytes, this.end);
    this.end += chunk.length;
  }

  consume(count: number): void {
    this.start += count;
    if (this.start === this.end) this.clear();
  }

  /** Takes out all that is waiting. */
  takeRest(): Buffer {
    const rest = this.bytes.subarray(this.start, this.end);
    this.clear();
    return rest;
  }

  clear(): void {
    this.bytes = nothing;
    this.start = 0;
    this.end = 0;
    this.#isOurs = false;
  }

  #grow(count: number): void {
    const needed = this.length + count;
    const grown = Buffer.allocUnsafeSlow(Math.max(firstCapacity, needed * 2));
    this.bytes.copy(grown, 0, this.start, this.end);
    this.bytes = grown;
    this.end = this.length;
    this.start = 0;
    this.#isOurs = true;
  }
}
