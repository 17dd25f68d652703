// What the same bytes come to, made once as long as it is remembered: in a national extraction most values repeat.

/** A table of a fixed number of places: what is found in the place of something else takes it. */
export class RepeatedBytes<T> {
  readonly #make: (bytes: Buffer, start: number, end: number) => T;
  readonly #mask: number;
  /** The bytes of each place as Latin-1 characters. */
  readonly #keys: string[];
  readonly #made: (T | undefined)[];

  /** Remembers at most 2 ** `bits` results of `make`, which depend on the bytes from `start` to `end` only. */
  constructor(bits: number, make: (bytes: Buffer, start: number, end: number) => T) {
    this.#make = make;
    this.#mask = 2 ** bits - 1;
    this.#keys = new Array<string>(2 ** bits).fill('');
    this.#made = new Array<T | undefined>(2 ** bits).fill(undefined);
  }

  get(bytes: Buffer, start: number, end: number): T {
    // FNV-1a.
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    const place = (hash ^ (hash >>> 15)) & this.#mask;
    const known = this.#made[place];
    if (known !== undefined && isText(this.#keys[place] ?? '', bytes, start, end)) return known;
    const made = this.#make(bytes, start, end);
    this.#keys[place] = bytes.toString('latin1', start, end);
    this.#made[place] = made;
    return made;
  }
}

function isText(key: string, bytes: Buffer, start: number, end: number): boolean {
  const { length } = key;
  if (length !== end - start) return false;
  for (let at = 0; at < length; at++) {
    if (key.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}
