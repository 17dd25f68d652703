// Finding ranges in the sorted texts of a column.
import { boundsOfEnd, boundsOfFirst, valueFences, wordFences } from './fences.js';
import type { Column } from '../snapshot/segment.js';

/** First value id of which the folded text is not before `needle` in byte order. */
export function lowerBound(column: Column, needle: Buffer): number {
  const { folded, foldedOffsets } = column;
  let { low, high } = boundsOfFirst(valueFences(column), needle);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareStart(folded, foldedOffsets[middle] ?? 0, needle) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** End of the range of value ids that begins at `from`, a lower bound, and of which folded texts begin with `prefix`. */
export function prefixEnd(column: Column, from: number, prefix: Buffer): number {
  const { folded, foldedOffsets } = column;
  const bounds = boundsOfEnd(valueFences(column), prefix);
  let low = Math.max(from, bounds.low);
  let high = bounds.high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareStart(folded, foldedOffsets[middle] ?? 0, prefix) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** End of the range of value ids that begins at `from`, a lower bound, and of which folded texts are `needle`. */
export function equalEnd(column: Column, from: number, needle: Buffer): number {
  const { folded, foldedOffsets } = column;
  let end = from;
  // Values of the same folded text are spellings with accents: a handful.
  while (end < column.valueCount) {
    const start = foldedOffsets[end] ?? 0;
    if (compareStart(folded, start, needle) !== 0 || folded[start + needle.length] !== 0) break;
    end++;
  }
  return end;
}

/** Place in the word starts of the first that is not before `needle`, or that is after all those that begin with it. */
export function wordBound(column: Column, needle: Buffer, isAfter: boolean): number {
  const { folded, foldedOffsets, wordStartValues, wordStartOffsets } = column;
  if (!wordStartValues || !wordStartOffsets) return 0;
  const least = isAfter ? 1 : 0;
  const fences = wordFences(column);
  let { low, high } = isAfter ? boundsOfEnd(fences, needle) : boundsOfFirst(fences, needle);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = wordStartValues[middle] ?? 0;
    const place = (foldedOffsets[value] ?? 0) + (wordStartOffsets[middle] ?? 0);
    if (compareStart(folded, place, needle) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Below 0 when the text at `place` is before `needle`, 0 when it begins with it, above 0 when it is after. */
function compareStart(text: Uint8Array, place: number, needle: Buffer): number {
  for (let i = 0; i < needle.length; i++) {
    const difference = (text[place + i] ?? 0) - (needle[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
