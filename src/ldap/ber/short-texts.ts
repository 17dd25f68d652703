// Texts that come again with every request: names of attributes, the base DN. Finding one by its bytes takes a quarter of the
// time of making a string, and the same string object is compared and looked up in maps without looking at its characters.

/** Longer ones are made each time. */
const lengthMax = 64;
const placesBits = 10;

/** A table of a fixed number of places: what is found in the place of something else takes it. */
export class ShortTexts {
  readonly #texts = new Array<string>(2 ** placesBits).fill('');

  /** The text bytes[start, end); undefined when it is long, or not ASCII. */
  find(bytes: Buffer, start: number, end: number): string | undefined {
    if (end - start > lengthMax) return undefined;
    // FNV-1a.
    let hash = 0x811c9dc5;
    let seen = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      seen |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (seen >= 0x80) return undefined;
    const place = (hash ^ (hash >>> 15)) & (2 ** placesBits - 1);
    const known = this.#texts[place] ?? '';
    if (isText(known, bytes, start, end)) return known;
    return (this.#texts[place] = bytes.toString('latin1', start, end));
  }
}

function isText(text: string, bytes: Buffer, start: number, end: number): boolean {
  const { length } = text;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at++) {
    if (text.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}
