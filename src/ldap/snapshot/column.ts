// From what was collected of an attribute to its column, once the order of the entries is known.
import type { CollectedColumn } from './column-builder.js';
import { ListTable } from './list-table.js';
import { listFlag, noValue, type Column } from './segment.js';
import type { SubstringIndex } from './substring-index.js';

export type ArrangedColumn = Omit<Column, keyof SubstringIndex>;

/** `entryOfDoc`: for each doc, the rank at which its entry came. */
export function arrangeColumn(collected: CollectedColumn, entryOfDoc: Uint32Array): ArrangedColumn {
  const { valueIds, ...texts } = collected.ranked;
  const forward = mapValues(collected, valueIds, entryOfDoc);
  return { ...texts, ...forward, ...invert(forward, texts.valueCount) };
}

type Forward = Pick<Column, 'valueOfDoc' | 'lists'>;

function mapValues(
  { ofEntry, lists }: CollectedColumn,
  valueIds: Uint32Array,
  entryOfDoc: Uint32Array,
): Forward {
  const table = new ListTable();
  // At the place of a list, the code that it came to.
  const codes = new Uint32Array(lists.length);
  const valueOfDoc = new Uint32Array(entryOfDoc.length);
  for (let doc = 0; doc < valueOfDoc.length; doc++) {
    const code = ofEntry[entryOfDoc[doc] ?? 0] ?? noValue;
    let mapped = code;
    if (code < listFlag) mapped = valueIds[code] ?? noValue;
    else if (code !== noValue) {
      const place = code - listFlag;
      // 0, which a list of one value may come to, is as if unknown.
      const known = codes[place] ?? 0;
      mapped = known === 0 ? mapList(lists, place, valueIds, table) : known;
      codes[place] = mapped;
    }
    valueOfDoc[doc] = mapped;
  }
  return { valueOfDoc, lists: table.numbers };
}

/** Texts that come to the same value count once. */
function mapList(
  lists: Uint32Array,
  place: number,
  valueIds: Uint32Array,
  table: ListTable,
): number {
  const ascending: number[] = [];
  const end = place + (lists[place] ?? 0);
  for (let at = place + 1; at <= end; at++) {
    const valueId = valueIds[lists[at] ?? 0] ?? noValue;
    if (valueId !== noValue && !ascending.includes(valueId)) ascending.push(valueId);
  }
  if (ascending.length <= 1) return ascending[0] ?? noValue;
  ascending.sort((left, right) => left - right);
  return (listFlag | table.place(ascending)) >>> 0;
}

/** Counting sort of docs by value: they come out ascending. */
function invert(
  { valueOfDoc, lists }: Forward,
  valueCount: number,
): Pick<Column, 'docs' | 'docsOffsets'> {
  const docsOffsets = new Uint32Array(valueCount + 1);
  visitValues(valueOfDoc, lists, (valueId) => {
    docsOffsets[valueId + 1] = (docsOffsets[valueId + 1] ?? 0) + 1;
  });
  for (let valueId = 0; valueId < valueCount; valueId++) {
    docsOffsets[valueId + 1] = (docsOffsets[valueId + 1] ?? 0) + (docsOffsets[valueId] ?? 0);
  }
  const ends = docsOffsets.slice(0, valueCount);
  const docs = new Uint32Array(docsOffsets[valueCount] ?? 0);
  visitValues(valueOfDoc, lists, (valueId, doc) => {
    const end = ends[valueId] ?? 0;
    docs[end] = doc;
    ends[valueId] = end + 1;
  });
  return { docs, docsOffsets };
}

function visitValues(
  valueOfDoc: Uint32Array,
  lists: Uint32Array,
  visit: (valueId: number, doc: number) => void,
): void {
  for (let doc = 0; doc < valueOfDoc.length; doc++) {
    const code = valueOfDoc[doc] ?? noValue;
    if (code < listFlag) visit(code, doc);
    else if (code !== noValue) {
      const place = code - listFlag;
      const end = place + (lists[place] ?? 0);
      for (let at = place + 1; at <= end; at++) visit(lists[at] ?? 0, doc);
    }
  }
}
