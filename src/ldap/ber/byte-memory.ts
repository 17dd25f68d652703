// Copying short runs of bytes. A call to native code, with the view that it needs made anew each time, takes as long as four
// hundred bytes do in words of four.

/** Bytes, and the same as numbers of any size at any place. */
export class ByteMemory {
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}

/** Up to here words are quicker than a call. */
const wordsMax = 256;

/** Puts from[start, end) at `at` of `to`; returns the place after it. The two do not overlap. */
export function copyBytes(
  to: ByteMemory,
  at: number,
  from: ByteMemory,
  start: number,
  end: number,
): number {
  const length = end - start;
  if (length > wordsMax) {
    const { buffer, byteOffset } = from.bytes;
    to.bytes.set(new Uint8Array(buffer, byteOffset + start, length), at);
  } else if (length >= 4) {
    const target = to.view;
    const source = from.view;
    const last = end - 4;
    let place = at;
    for (let word = start; word < last; word += 4, place += 4) {
      target.setUint32(place, source.getUint32(word));
    }
    // Some of these four are there already, unless the length is a multiple of four.
    target.setUint32(at + length - 4, source.getUint32(last));
  } else {
    for (let i = 0; i < length; i++) to.bytes[at + i] = from.bytes[start + i] ?? 0;
  }
  return at + length;
}
