// Finding ranges in the sorted texts of a column.
import { bigramAt, isExactGramByte, trigramAt } from '../snapshot/grams.js';
import { boundsOfEnd, boundsOfFirst, valueFences, wordFences } from './fences.js';
import type { Column, PackedGrams } from '../snapshot/segment.js';

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

/** `slot`: -1 of one that no value holds. */
export type Gram = { readonly index: PackedGrams; readonly slot: number; readonly count: number };

/** Lists of values that must hold all those sought. */
export type GramChoice = {
  readonly rarest: Gram;
  /** To be gone through along with the rarest: reading on in a list costs far less than a look at a value. */
  readonly second: Gram | undefined;
  /** The rarest is the whole part and its bytes are alone in their classes: all listed values hold the part. */
  readonly isWholePart: boolean;
};

/** The second list is not worth reading when it is this many times as long as the first. */
const secondRatioMax = 24;

/** The rarest grams of the parts; undefined when the column has no n-grams or no part is long enough. */
export function chooseGrams(column: Column, parts: readonly Buffer[]): GramChoice | undefined {
  const { bigrams, trigrams } = column;
  if (!bigrams || !trigrams) return undefined;
  let rarest: Gram | undefined;
  let second: Gram | undefined;
  for (const part of parts) {
    const size = part.length >= 3 ? 3 : 2;
    const index = size === 3 ? trigrams : bigrams;
    for (let at = 0; at + size <= part.length; at++) {
      const gram = size === 3 ? trigramAt(part, at) : bigramAt(part, at);
      const slot = findSlot(index, gram);
      const count = index.counts[slot] ?? 0;
      if (!rarest || count < rarest.count) {
        second = rarest;
        rarest = { index, slot, count };
      } else if (slot !== rarest.slot && (!second || count < second.count)) {
        second = { index, slot, count };
      }
    }
  }
  if (!rarest) return undefined;
  const isSecondWorth = second && second.count <= rarest.count * secondRatioMax;
  return {
    rarest,
    second: isSecondWorth ? second : undefined,
    isWholePart: parts.length === 1 && isOneGram(parts[0]),
  };
}

function findSlot({ grams }: PackedGrams, gram: number): number {
  let low = 0;
  let high = grams.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((grams[middle] ?? 0) < gram) low = middle + 1;
    else high = middle;
  }
  return grams[low] === gram ? low : -1;
}

function isOneGram(part: Buffer | undefined): boolean {
  const isShort = part?.length === 2 || part?.length === 3;
  return isShort && part.every((byte) => isExactGramByte[byte] === 1);
}
