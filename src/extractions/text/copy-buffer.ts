// Rows for COPY … (format csv, delimiter '|', quote E'\x01'), assembled as bytes.
const chunkBytes = 256 * 1024;
const PIPE = 124;
const LF = 10;

const digits = fourDigits();

export class CopyBuffer {
  #buffer = Buffer.allocUnsafe(chunkBytes);
  #length = 0;
  #full: Buffer[] = [];

  /** Makes room for one row of at most `bytes`; to be called before the row's first write. */
  reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    if (this.#length > 0) this.#full.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = Buffer.allocUnsafe(Math.max(chunkBytes, bytes));
    this.#length = 0;
  }

  /** Appends source[start, end). A loop beats a native copy for cells this short. */
  bytes(source: Uint8Array, start: number, end: number): void {
    const target = this.#buffer;
    let at = this.#length;
    if (end - start > 64) {
      // a plain view: Buffer.subarray costs twice as much
      target.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start), at);
      at += end - start;
    } else {
      for (let from = start; from < end; from += 1) target[at++] = source[from] ?? 0;
    }
    this.#length = at;
  }

  cellEnd(): void {
    this.#buffer[this.#length++] = PIPE;
  }

  rowEnd(): void {
    this.#buffer[this.#length++] = LF;
  }

  /** Appends the decimal form of the signed 64-bit integer whose halves are given. */
  int64(low: number, high: number): void {
    const isNegative = high < 0;
    if (isNegative) this.#buffer[this.#length++] = 45;
    // two's complement, when negative
    const lowPart = isNegative ? (~low + 1) >>> 0 : low >>> 0;
    const highPart = isNegative ? (~high + (low === 0 ? 1 : 0)) >>> 0 : high >>> 0;
    this.#length = writeUint64(this.#buffer, this.#length, lowPart, highPart);
  }

  /** The buffers filled since the last call; they are not written to again. */
  take(): Buffer[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** Same as `take`, with the one in progress. */
  takeAll(): Buffer[] {
    if (this.#length > 0) {
      this.#full.push(this.#buffer.subarray(0, this.#length));
      this.#buffer = Buffer.allocUnsafe(chunkBytes);
      this.#length = 0;
    }
    return this.take();
  }
}

const groups = new Int32Array(5);

/** Long division by 10,000 over 16-bit limbs: no BigInt, which costs an allocation for every line. */
function writeUint64(target: Buffer, at: number, low: number, high: number): number {
  let limb3 = high >>> 16;
  let limb2 = high & 0xffff;
  let limb1 = low >>> 16;
  let limb0 = low & 0xffff;
  let count = 0;
  do {
    let rest = limb3;
    limb3 = (rest / 10_000) | 0;
    rest = ((rest - limb3 * 10_000) << 16) | limb2;
    limb2 = (rest / 10_000) | 0;
    rest = ((rest - limb2 * 10_000) << 16) | limb1;
    limb1 = (rest / 10_000) | 0;
    rest = ((rest - limb1 * 10_000) << 16) | limb0;
    limb0 = (rest / 10_000) | 0;
    groups[count++] = rest - limb0 * 10_000;
  } while (limb3 !== 0 || limb2 !== 0 || limb1 !== 0 || limb0 !== 0);
  return writeGroups(target, at, count);
}

/** Writes the 4-digit groups, most significant first and without its leading zeros. */
function writeGroups(target: Buffer, start: number, count: number): number {
  let at = start;
  const first = (groups[count - 1] ?? 0) * 4;
  const skipped = first >= 4000 ? 0 : first >= 400 ? 1 : first >= 40 ? 2 : 3;
  for (let digit = skipped; digit < 4; digit += 1) target[at++] = digits[first + digit] ?? 0;
  for (let group = count - 2; group >= 0; group -= 1) {
    const from = (groups[group] ?? 0) * 4;
    target[at++] = digits[from] ?? 0;
    target[at++] = digits[from + 1] ?? 0;
    target[at++] = digits[from + 2] ?? 0;
    target[at++] = digits[from + 3] ?? 0;
  }
  return at;
}

function fourDigits(): Uint8Array {
  const table = new Uint8Array(40_000);
  for (let value = 0; value < 10_000; value += 1) {
    table.set(Buffer.from(String(value).padStart(4, '0')), value * 4);
  }
  return table;
}
