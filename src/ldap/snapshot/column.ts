// From what was collected of an attribute to its column, once the order of the entries is known.
import type { ServedAttribute } from '../schema/served-schema.js';
import type { CollectedColumn } from './column-builder.js';
import { buildBigrams, buildTrigrams } from './gram-builder.js';
import { ListTable } from './list-table.js';
import { packGrams } from './pack-grams.js';
import { listFlag, noValue, type Column } from './segment.js';
import { buildWordStarts } from './word-starts.js';

/**
 * `entryOfDoc`: for each doc, the rank at which its entry came. `gramValuesMin`: with fewer values there are no n-grams, whose
 * tables would take more room than the texts and more time than a look at all of them.
 */
export function buildColumn(
  collected: CollectedColumn,
  attribute: ServedAttribute,
  entryOfDoc: Uint32Array,
  gramValuesMin: number,
): Column {
  const { valueIds, ...texts } = collected.ranked;
  const forward = mapValues(collected, valueIds, entryOfDoc);
  const { valueCount } = texts;
  const foldedTexts = [texts.folded, texts.foldedOffsets] as const;
  const substrings = attribute.isSubstringIndexed;
  const hasGrams = substrings && valueCount >= gramValuesMin;
  const words = substrings ? buildWordStarts(...foldedTexts) : undefined;
  return {
    ...texts,
    ...forward,
    ...invert(forward, valueCount),
    wordStartValues: words?.values,
    wordStartOffsets: words?.offsets,
    bigrams: hasGrams ? packGrams(buildBigrams(...foldedTexts), valueCount) : undefined,
    trigrams: hasGrams ? packGrams(buildTrigrams(...foldedTexts), valueCount) : undefined,
  };
}

type Forward = Pick<Column, 'valueOfDoc' | 'lists'>;

function mapValues(
  { ofEntry, lists }: CollectedColumn,
  valueIds: Uint32Array,
  entryOfDoc: Uint32Array,
): Forward {
  const table = new ListTable();
  const codes = new Map<number, number>();
  const valueOfDoc = new Uint32Array(entryOfDoc.length);
  for (let doc = 0; doc < valueOfDoc.length; doc++) {
    const code = ofEntry[entryOfDoc[doc] ?? 0] ?? noValue;
    let mapped = code;
    if (code < listFlag) mapped = valueIds[code] ?? noValue;
    else if (code !== noValue) {
      mapped = codes.get(code) ?? mapList(lists, code - listFlag, valueIds, table);
      codes.set(code, mapped);
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
  const textIds = lists.subarray(place + 1, place + 1 + (lists[place] ?? 0));
  const ids = new Set<number>();
  for (const textId of textIds) ids.add(valueIds[textId] ?? noValue);
  ids.delete(noValue);
  const ascending = [...ids].sort((left, right) => left - right);
  if (ascending.length <= 1) return ascending[0] ?? noValue;
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
