// Where words begin inside values, in the order of what follows: a prefix of words is a range.
import { isWordByte } from './grams.js';
import { GrowingNumbers } from './growing.js';
import { sortTexts } from './sort-texts.js';
import { SuffixTable } from './suffix-table.js';

export type WordStarts = { readonly values: Uint32Array; readonly offsets: Uint16Array };

/** A word that starts further inside its value is not indexed as such. */
const offsetMax = 0xffff;

/**
 * Of the texts of a column (see `Column.folded`): never the first word of a value. Starts before the same text are in the order
 * of values.
 */
export function buildWordStarts(folded: Uint8Array, valueOffsets: Uint32Array): WordStarts {
  const { starts, valueIds } = findWordStarts(folded, valueOffsets);
  const { suffixOfStart, suffixStarts } = findSuffixes(folded, valueOffsets, starts, valueIds);
  const places = placeSuffixes(sortTexts(folded, suffixStarts), suffixOfStart);
  const values = new Uint32Array(starts.length);
  const offsets = new Uint16Array(starts.length);
  for (let at = 0; at < starts.length; at++) {
    const suffix = suffixOfStart[at] ?? 0;
    const place = places[suffix] ?? 0;
    const valueId = valueIds[at] ?? 0;
    places[suffix] = place + 1;
    values[place] = valueId;
    offsets[place] = (starts[at] ?? 0) - (valueOffsets[valueId] ?? 0);
  }
  return { values, offsets };
}

type Starts = { readonly starts: Uint32Array; readonly valueIds: Uint32Array };

function findWordStarts(folded: Uint8Array, valueOffsets: Uint32Array): Starts {
  const starts = new GrowingNumbers();
  const valueIds = new GrowingNumbers();
  for (let valueId = 0; valueId + 1 < valueOffsets.length; valueId++) {
    const first = valueOffsets[valueId] ?? 0;
    const end = Math.min((valueOffsets[valueId + 1] ?? 0) - 1, first + offsetMax + 1);
    let wasWord = 1;
    for (let at = first; at < end; at++) {
      const isWord = isWordByte[folded[at] ?? 0] ?? 0;
      if (isWord > wasWord && at > first) {
        starts.push(at);
        valueIds.push(valueId);
      }
      wasWord = isWord;
    }
  }
  return { starts: starts.numbers, valueIds: valueIds.numbers };
}

/**
 * Most starts are before a text that others are before too (a domain, the rest of a name): each is sorted once.
 * `suffixStarts`: where the text of each suffix is found.
 */
function findSuffixes(
  folded: Uint8Array,
  valueOffsets: Uint32Array,
  starts: Uint32Array,
  valueIds: Uint32Array,
): { readonly suffixOfStart: Uint32Array; readonly suffixStarts: Uint32Array } {
  const table = new SuffixTable(folded);
  const suffixOfStart = new Uint32Array(starts.length);
  let next = SuffixTable.end;
  let nextStart = 0;
  let lastValueId = -1;
  // From the end, so that what follows a word is known before the word.
  for (let at = starts.length - 1; at >= 0; at--) {
    const valueId = valueIds[at] ?? 0;
    const start = starts[at] ?? 0;
    if (valueId !== lastValueId) {
      next = SuffixTable.end;
      nextStart = valueOffsets[valueId + 1] ?? 0;
    }
    next = table.idOf(start, nextStart, next);
    suffixOfStart[at] = next;
    nextStart = start;
    lastValueId = valueId;
  }
  return { suffixOfStart, suffixStarts: table.starts };
}

/** Counting sort: where the first start of each suffix goes. */
function placeSuffixes(order: Uint32Array, suffixOfStart: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  for (const suffix of suffixOfStart) places[suffix] = (places[suffix] ?? 0) + 1;
  let total = 0;
  for (const suffix of order) {
    const count = places[suffix] ?? 0;
    places[suffix] = total;
    total += count;
  }
  return places;
}
