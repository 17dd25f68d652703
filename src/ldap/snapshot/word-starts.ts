// Where words begin inside values, in the order of what follows: a prefix of words is a range.
import { isWordByte } from './grams.js';
import { GrowingNumbers } from './growing.js';
import { sortTexts } from './sort-texts.js';

export type WordStarts = { readonly values: Uint32Array; readonly offsets: Uint16Array };

/** A word that starts further inside its value is not indexed as such. */
const offsetMax = 0xffff;

/** Of the texts of a column (see `Column.folded`): never the first word of a value. */
export function buildWordStarts(folded: Uint8Array, valueOffsets: Uint32Array): WordStarts {
  const found = findWordStarts(folded, valueOffsets);
  const order = sortTexts(folded, found.starts);
  const values = new Uint32Array(order.length);
  const offsets = new Uint16Array(order.length);
  for (let at = 0; at < order.length; at++) {
    const number = order[at] ?? 0;
    const valueId = found.valueIds[number] ?? 0;
    values[at] = valueId;
    offsets[at] = (found.starts[number] ?? 0) - (valueOffsets[valueId] ?? 0);
  }
  return { values, offsets };
}

function findWordStarts(
  folded: Uint8Array,
  valueOffsets: Uint32Array,
): { readonly starts: Uint32Array; readonly valueIds: Uint32Array } {
  const starts = new GrowingNumbers();
  const valueIds = new GrowingNumbers();
  for (let valueId = 0; valueId + 1 < valueOffsets.length; valueId++) {
    const first = valueOffsets[valueId] ?? 0;
    const end = Math.min((valueOffsets[valueId + 1] ?? 0) - 1, first + offsetMax + 1);
    for (let at = first + 1; at < end; at++) {
      if (isWordByte[folded[at] ?? 0] === 1 && isWordByte[folded[at - 1] ?? 0] === 0) {
        starts.push(at);
        valueIds.push(valueId);
      }
    }
  }
  return { starts: starts.numbers, valueIds: valueIds.numbers };
}
