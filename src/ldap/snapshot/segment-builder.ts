// Entries as text become a segment. Pure: what is slow is the amount of data only.
import type { DirectoryEntry, SharedLists } from '../directory/directory.js';
import type { ServedSchema } from '../schema/served-schema.js';
import { ColumnBuilder, type CollectedColumn } from './column-builder.js';
import { arrangeColumn, type ArrangedColumn } from './column.js';
import { encodeEntries, type EncodedEntries } from './entry-encoder.js';
import { GrowingNumbers, GrowingText } from './growing.js';
import { listFlag, noValue, type Column, type Segment } from './segment.js';
import { countUp } from './sort-texts.js';
import {
  buildSubstringIndex,
  noSubstringIndex,
  type SubstringIndex,
  type SubstringTexts,
} from './substring-index.js';

/**
 * With fewer values there are no n-grams, whose tables would take more room than the texts and more time than a look at all of
 * them: a few tens of microseconds.
 */
const gramValuesMinDefault = 4096;

/** How many shared lists are remembered. */
const rememberedMax = 100_000;
/** No code is negative. */
const unknownCode = -1;

/** Whole at once, and with n-grams however few the values are: for small sets. `SegmentBuilder` takes entries as they come. */
export function buildSegment(
  schema: ServedSchema,
  entries: Iterable<DirectoryEntry>,
  gramValuesMin = 0,
): Segment {
  const builder = new SegmentBuilder(schema, gramValuesMin);
  for (const entry of entries) builder.add(entry);
  return builder.finish().segment;
}

/** Entries in any order; the DN of each is unique, and the caller sees to it. */
export class SegmentBuilder {
  readonly #schema: ServedSchema;
  readonly #gramValuesMin: number;
  readonly #columns: ColumnBuilder[];
  /** By attribute index, of the entry that is being added. */
  readonly #codes: number[];
  readonly #sharedCodes = new Map<SharedLists, readonly number[]>();
  readonly #dns = new GrowingText();
  readonly #dnStarts = new GrowingNumbers();

  /** `gramValuesMin`: how many values a column has n-grams from. */
  constructor(schema: ServedSchema, gramValuesMin = gramValuesMinDefault) {
    this.#schema = schema;
    this.#gramValuesMin = gramValuesMin;
    this.#columns = schema.attributes.map(
      ({ equality, substring }) => new ColumnBuilder(equality ?? substring),
    );
    this.#codes = schema.attributes.map(() => unknownCode);
  }

  get entryCount(): number {
    return this.#dnStarts.length;
  }

  add(entry: DirectoryEntry): void {
    this.#dnStarts.push(this.#dns.length);
    this.#dns.append(entry.dn);
    for (const part of entry.shared ?? []) this.#findCodes(part, entry);
    for (let index = 0; index < this.#columns.length; index++) {
      const code = this.#codes[index] ?? unknownCode;
      if (code === unknownCode) this.#columns[index]?.add(entry.values[index] ?? []);
      else this.#columns[index]?.addCode(code);
      this.#codes[index] = unknownCode;
    }
  }

  /** Puts in `#codes` those of the lists that the entry shares with others. */
  #findCodes(part: SharedLists, { values }: DirectoryEntry): void {
    const codes = this.#codesOf(part);
    for (let at = 0; at < codes.length; at++) {
      const index = part.indexes[at] ?? 0;
      if (values[index] === part.values[at]) this.#codes[index] = codes[at] ?? unknownCode;
    }
  }

  #codesOf(part: SharedLists): readonly number[] {
    const known = this.#sharedCodes.get(part);
    if (known) return known;
    if (this.#sharedCodes.size >= rememberedMax) this.#sharedCodes.clear();
    const codes = part.indexes.map(
      (index, at) => this.#columns[index]?.codeOf(part.values[at] ?? []) ?? unknownCode,
    );
    this.#sharedCodes.set(part, codes);
    return codes;
  }

  /** To be called once, or `finishWith`. */
  finish(): FinishedSegment {
    const indexes = new Map<CollectedColumn, SubstringIndex>();
    const arranged = this.#arrange((column, texts) =>
      indexes.set(column, buildSubstringIndex(texts)),
    );
    return assemble(arranged, indexes);
  }

  /** As `finish`; each index of substrings is asked of `index` as soon as may be, and waited for at the end. */
  async finishWith(
    index: (texts: SubstringTexts) => Promise<SubstringIndex>,
  ): Promise<FinishedSegment> {
    const promises: Promise<readonly [CollectedColumn, SubstringIndex]>[] = [];
    const arranged = this.#arrange((column, texts) =>
      promises.push(index(texts).then((made) => [column, made] as const)),
    );
    return assemble(arranged, new Map(await Promise.all(promises)));
  }

  /** All but the indexes of substrings, of which `ask` is told what they need. */
  #arrange(ask: (column: CollectedColumn, texts: SubstringTexts) => void): Arranged {
    const docCount = this.entryCount;
    this.#sharedCodes.clear();
    this.#dnStarts.push(this.#dns.length);
    const collected = this.#collect(ask);
    const entryOfDoc = orderEntries(this.#schema, collected, docCount);
    const dns = { encoded: this.#dns.bytes, starts: this.#dnStarts.numbers };
    const encoded = encodeEntries(this.#schema, collected, dns, entryOfDoc);
    const arranged = new Map<CollectedColumn, ArrangedColumn>();
    for (const column of collected) {
      if (!arranged.has(column)) arranged.set(column, arrangeColumn(column, entryOfDoc));
    }
    return { encoded, entryOfDoc, collected, arranged };
  }

  /** The first attribute that has the same values under the same rules: itself, for most. */
  #findOriginal(index: number): number {
    const { attributes } = this.#schema;
    const own = attributes[index];
    const column = this.#columns[index];
    return attributes.findIndex(
      (attribute, other) =>
        other === index ||
        (column !== undefined &&
          attribute.isSubstringIndexed === own?.isSubstringIndexed &&
          this.#columns[other]?.isSameAs(column) === true),
    );
  }

  /** Columns that have the same values are one. */
  #collect(ask: (column: CollectedColumn, texts: SubstringTexts) => void): CollectedColumn[] {
    const originals = this.#columns.map((_, index) => this.#findOriginal(index));
    const collected: CollectedColumn[] = [];
    // What a builder still holds once finished is no more of use: it goes before the next one needs as much.
    const builders = this.#columns.splice(0).reverse();
    for (let index = 0; index < originals.length; index++) {
      const own = collected[originals[index] ?? index] ?? builders.at(-1)?.finish();
      builders.pop();
      if (!own) continue;
      const shared = collected.includes(own);
      collected.push(own);
      if (shared || this.#schema.attributes[index]?.isSubstringIndexed !== true) continue;
      const { folded, foldedOffsets, valueCount } = own.ranked;
      ask(own, { folded, foldedOffsets, hasGrams: valueCount >= this.#gramValuesMin });
    }
    return collected;
  }
}

export type FinishedSegment = {
  readonly segment: Segment;
  /** Doc of each entry, in the order in which they came. */
  readonly docOfEntry: Uint32Array;
};

type Arranged = {
  readonly encoded: EncodedEntries;
  readonly entryOfDoc: Uint32Array;
  /** By attribute index. */
  readonly collected: readonly CollectedColumn[];
  readonly arranged: ReadonlyMap<CollectedColumn, ArrangedColumn>;
};

function assemble(
  { encoded, entryOfDoc, collected, arranged }: Arranged,
  indexes: ReadonlyMap<CollectedColumn, SubstringIndex>,
): FinishedSegment {
  const columns = new Map<CollectedColumn, Column>();
  for (const [column, own] of arranged) {
    columns.set(column, { ...own, ...(indexes.get(column) ?? noSubstringIndex) });
  }
  const docCount = entryOfDoc.length;
  const docOfEntry = new Uint32Array(docCount);
  for (let doc = 0; doc < docCount; doc++) docOfEntry[entryOfDoc[doc] ?? 0] = doc;
  const segment = {
    docCount,
    ...encoded,
    columns: collected.flatMap((column) => columns.get(column) ?? []),
  };
  return { segment, docOfEntry };
}

/** By the value of the first cn, then of the RDN; entries without either come last. */
function orderEntries(
  schema: ServedSchema,
  columns: readonly CollectedColumn[],
  docCount: number,
): Uint32Array {
  const cn = schema.resolve('cn');
  const cnIndex = cn.kind === 'known' ? cn.indexes[0] : undefined;
  let order = countUp(docCount);
  // The last sort counts most: each keeps the order of what it finds equal.
  for (const index of [schema.rdnIndex, cnIndex]) {
    const column = index === undefined ? undefined : columns[index];
    if (column) order = sortByFirstValue(column, order);
  }
  return order;
}

/** Stable counting sort. */
function sortByFirstValue(column: CollectedColumn, order: Uint32Array): Uint32Array {
  const { valueCount } = column.ranked;
  const places = new Uint32Array(valueCount + 2);
  for (const entry of order) {
    const rank = Math.min(firstValue(column, entry), valueCount);
    places[rank + 1] = (places[rank + 1] ?? 0) + 1;
  }
  for (let rank = 0; rank < valueCount; rank++) {
    places[rank + 1] = (places[rank + 1] ?? 0) + (places[rank] ?? 0);
  }
  const sorted = new Uint32Array(order.length);
  for (const entry of order) {
    const rank = Math.min(firstValue(column, entry), valueCount);
    const place = places[rank] ?? 0;
    sorted[place] = entry;
    places[rank] = place + 1;
  }
  return sorted;
}

function firstValue({ ofEntry, lists, ranked }: CollectedColumn, entry: number): number {
  const code = ofEntry[entry] ?? noValue;
  if (code === noValue) return noValue;
  const textId = code < listFlag ? code : (lists[code - listFlag + 1] ?? 0);
  return ranked.valueIds[textId] ?? noValue;
}
