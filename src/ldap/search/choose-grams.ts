// Which lists of values to read for a substring: the rarest gram drives, others are read along where that spares more tests
// of values than it costs.
import { bigramAt, isExactGramByte, trigramAt } from '../snapshot/grams.js';
import { isBitmap, type Column, type PackedGrams } from '../snapshot/segment.js';
import type { Gram } from './gram-cursor.js';

export type RarestGram = {
  readonly gram: Place;
  /** It is the whole part and its bytes are alone in their classes: all listed values hold the part. */
  readonly isWholePart: boolean;
};

/** A gram, and where it is sought. */
type Place = Gram & {
  readonly part: Buffer;
  readonly at: number;
};

/** Of one value read from a list, or looked up in bits, against a look at the value, for which memory is waited. */
const readShare = 1 / 32;
const othersMax = 2;
/** How much likelier than elsewhere a gram is two places after another, with which it shares a byte. */
const sharedByteFactor = 6;

/** Undefined when the column has no n-grams or no part is long enough. */
export function findRarestGram(column: Column, parts: readonly Buffer[]): RarestGram | undefined {
  const { bigrams, trigrams } = column;
  if (!bigrams || !trigrams) return undefined;
  let rarest: Place | undefined;
  for (const part of parts) {
    const size = sizeIn(part);
    const index = size === 3 ? trigrams : bigrams;
    for (let at = 0; at + size <= part.length; at++) {
      const slot = findSlot(index, size === 3 ? trigramAt(part, at) : bigramAt(part, at));
      const count = index.counts[slot] ?? 0;
      if (!rarest || count < rarest.count) rarest = { index, slot, count, part, at };
    }
  }
  return rarest && { gram: rarest, isWholePart: parts.length === 1 && isOneGram(parts[0]) };
}

/** Grams of the parts whose lists are worth going through along with the rarest's, the most useful first. */
export function chooseOtherGrams(
  column: Column,
  { gram: rarest }: RarestGram,
  parts: readonly Buffer[],
): Gram[] {
  const places = listPlaces(column, parts);
  const chosen = [rarest];
  let expected = rarest.count;
  while (chosen.length <= othersMax) {
    let best: Place | undefined;
    let bestShare = 1;
    let bestGain = 0;
    for (const place of places) {
      if (chosen.some(({ index, slot }) => index === place.index && slot === place.slot)) continue;
      const share = chosen.reduce(
        (most, other) => Math.max(most, shareOf(column, place, other)),
        0,
      );
      const gain = expected * (1 - share) - readShare * lengthOf(place, expected);
      if (gain <= bestGain) continue;
      best = place;
      bestShare = share;
      bestGain = gain;
    }
    if (!best) break;
    chosen.push(best);
    expected *= bestShare;
  }
  return chosen.slice(1);
}

function listPlaces({ bigrams, trigrams }: Column, parts: readonly Buffer[]): Place[] {
  const places: Place[] = [];
  if (!bigrams || !trigrams) return places;
  for (const part of parts) {
    const size = sizeIn(part);
    const index = size === 3 ? trigrams : bigrams;
    for (let at = 0; at + size <= part.length; at++) {
      const slot = findSlot(index, size === 3 ? trigramAt(part, at) : bigramAt(part, at));
      places.push({ index, slot, count: index.counts[slot] ?? 0, part, at });
    }
  }
  return places;
}

/** Parts of two bytes have no trigram. */
function sizeIn(part: Buffer): 2 | 3 {
  return part.length >= 3 ? 3 : 2;
}

/** Of the values that hold `given`, how many hold `gram` too: an estimate, from 0 to 1. */
function shareOf({ bigrams }: Column, gram: Place, given: Place): number {
  const everywhere = gram.count / Math.max(1, gram.index.valueCount);
  const distance = Math.abs(gram.at - given.at);
  if (gram.part !== given.part || distance >= 3) return everywhere;
  if (distance === 2) return Math.min(1, everywhere * sharedByteFactor);
  // Neighbours share two bytes: the one is what mostly comes before or after these.
  const shared = bigrams ? findSlot(bigrams, bigramAt(gram.part, Math.max(gram.at, given.at))) : -1;
  return Math.min(1, gram.count / Math.max(1, bigrams?.counts[shared] ?? 0));
}

/** Values read of a list, which has no way to be skipped through; places looked at of a bitmap. */
function lengthOf({ index, count }: Gram, expected: number): number {
  return isBitmap(count, index.valueCount) ? expected : count;
}

/** -1 of a gram that no value holds. */
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
