// Entries as text become a segment. Pure: what is slow is the amount of data only.
import type { DirectoryEntry } from '../directory/directory.js';
import type { ServedSchema } from '../schema/served-schema.js';
import { ColumnBuilder, type CollectedColumn } from './column-builder.js';
import { buildColumn } from './column.js';
import { encodeEntries } from './entry-encoder.js';
import { GrowingNumbers, GrowingText } from './growing.js';
import { listFlag, noValue, type Segment } from './segment.js';

/** Whole at once; `SegmentBuilder` takes them as they come. */
export function buildSegment(schema: ServedSchema, entries: Iterable<DirectoryEntry>): Segment {
  const builder = new SegmentBuilder(schema);
  for (const entry of entries) builder.add(entry);
  return builder.finish().segment;
}

/** Entries in any order; the DN of each is unique, and the caller sees to it. */
export class SegmentBuilder {
  readonly #schema: ServedSchema;
  readonly #columns: readonly ColumnBuilder[];
  readonly #dns = new GrowingText();
  readonly #dnStarts = new GrowingNumbers();

  constructor(schema: ServedSchema) {
    this.#schema = schema;
    this.#columns = schema.attributes.map(() => new ColumnBuilder());
  }

  get entryCount(): number {
    return this.#dnStarts.length;
  }

  add(entry: DirectoryEntry): void {
    this.#dnStarts.push(this.#dns.length);
    this.#dns.append(entry.dn);
    for (let index = 0; index < this.#columns.length; index++) {
      this.#columns[index]?.add(entry.values[index] ?? []);
    }
  }

  /** To be called once. `docOfEntry`: doc of each entry, in the order in which they came. */
  finish(): { readonly segment: Segment; readonly docOfEntry: Uint32Array } {
    const { attributes } = this.#schema;
    const docCount = this.entryCount;
    this.#dnStarts.push(this.#dns.length);
    const collected = this.#columns.map((column, index) => {
      const attribute = attributes[index];
      return column.finish(attribute?.equality ?? attribute?.substring);
    });
    const entryOfDoc = orderEntries(this.#schema, collected, docCount);
    const dns = { encoded: this.#dns.bytes, starts: this.#dnStarts.numbers };
    const segment = {
      docCount,
      ...encodeEntries(this.#schema, collected, dns, entryOfDoc),
      columns: attributes.flatMap((attribute, index) => {
        const column = collected[index];
        return column ? [buildColumn(column, attribute, entryOfDoc)] : [];
      }),
    };
    const docOfEntry = new Uint32Array(docCount);
    for (let doc = 0; doc < docCount; doc++) docOfEntry[entryOfDoc[doc] ?? 0] = doc;
    return { segment, docOfEntry };
  }
}

/** By the value of the first cn, then of the RDN; entries without either come last. */
function orderEntries(
  schema: ServedSchema,
  columns: readonly CollectedColumn[],
  docCount: number,
): Uint32Array {
  const cn = schema.resolve('cn');
  const cnIndex = cn.kind === 'known' ? cn.indexes[0] : undefined;
  let order: Uint32Array = Uint32Array.from({ length: docCount }, (_, entry) => entry);
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
