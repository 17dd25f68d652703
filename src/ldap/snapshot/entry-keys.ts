// Which doc of a base is the entry of an address: asked once a day, by the builder only, hence on disk and not in memory.
import { GrowingNumbers, GrowingText } from './growing.js';
import { numbers, type FindSection, type SectionArray } from './segment-sections.js';
import { compareTexts } from './sort-texts.js';

const sections = { texts: 'keys', starts: 'keyStarts', docs: 'keyDocs' } as const;

/** Collects the addresses of entries, in ascending byte order. */
export class EntryKeys {
  readonly #texts = new GrowingText();
  readonly #starts = new GrowingNumbers();

  #lastStart: number | undefined;

  /** @throws RangeError when `key` does not come after the last one. */
  add(key: string): void {
    const last = this.#lastStart;
    const start = this.#texts.length;
    this.#lastStart = start;
    this.#starts.push(start);
    this.#texts.appendEnded(key);
    const { bytes } = this.#texts;
    if (last !== undefined && compareTexts(bytes, last, bytes, start) >= 0) {
      throw new RangeError('addresses are not in order, or one comes twice');
    }
  }

  /** `docOfEntry`: doc of each entry, in the order in which keys came. */
  sections(docOfEntry: Uint32Array): ReadonlyMap<string, SectionArray> {
    return new Map<string, SectionArray>([
      [sections.texts, this.#texts.bytes],
      [sections.starts, this.#starts.numbers],
      [sections.docs, docOfEntry],
    ]);
  }
}

/** Docs of those of `keys` that the base has, ascending. */
export function findDocs(find: FindSection, keys: readonly string[]): Uint32Array {
  const texts = find(sections.texts) ?? Buffer.alloc(0);
  const starts = numbers(find, sections.starts);
  const docs = numbers(find, sections.docs);
  const found = new Set<number>();
  for (const key of keys) {
    const place = findPlace(texts, starts, Buffer.from(`${key}\0`));
    const doc = place === undefined ? undefined : docs[place];
    if (doc !== undefined) found.add(doc);
  }
  return Uint32Array.from(found).sort();
}

function findPlace(texts: Buffer, starts: Uint32Array, key: Buffer): number | undefined {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle] ?? 0;
    const order = texts.compare(
      key,
      0,
      key.length,
      start,
      Math.min(start + key.length, texts.length),
    );
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
