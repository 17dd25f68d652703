// The rank of each hit in the order of one column, a slice at a time.
import { listFlag, noValue, type Column, type Snapshot } from '../snapshot/segment.js';
import { equalEnd, lowerBound } from './column-lookup.js';
import { readPrepared } from './entry-reader.js';
import { secondViewFlag } from './search-run.js';

/** Rank of each hit, below `count`. */
export type Ranks = {
  readonly ranks: Uint32Array;
  readonly count: number;
  /** The hits are in order as they are. */
  readonly isSorted: boolean;
};

/** Numbers that a slice runs over: well under a millisecond. */
export const sliceLength = 16 * 1024;
/** Values that a slice looks for in the other view: each is a search among all of its values. */
const placesPerSlice = 512;

/** Yields between two slices. Of all values of an entry the least counts (RFC 2891 section 1.1). */
export function* rankHits(
  { views }: Snapshot,
  hits: Uint32Array,
  index: number,
  isReverse: boolean,
): Generator<undefined, Ranks> {
  const first = views[0]?.segment.columns[index];
  const second = views[1]?.segment.columns[index];
  const merged =
    first && second && second.valueCount > 0 ? yield* mergeRanks(first, second) : undefined;
  const missing = merged?.count ?? first?.valueCount ?? 0;
  const order = { first, second, merged, missing, isReverse };
  const ranks = new Uint32Array(hits.length);
  let isSorted = true;
  for (let from = 0; from < hits.length; from += sliceLength) {
    const end = Math.min(from + sliceLength, hits.length);
    rankSlice(order, hits, ranks, from, end);
    isSorted &&= isInOrder(ranks, from, end);
    yield;
  }
  return { ranks, count: missing + 1, isSorted };
}

type RankOrder = {
  readonly first: Column | undefined;
  readonly second: Column | undefined;
  readonly merged: MergedRanks | undefined;
  /** Rank of an entry without a value. */
  readonly missing: number;
  readonly isReverse: boolean;
};

function rankSlice(
  { first, second, merged, missing, isReverse }: RankOrder,
  hits: Uint32Array,
  ranks: Uint32Array,
  from: number,
  end: number,
): void {
  for (let i = from; i < end; i++) {
    const hit = hits[i] ?? 0;
    const isSecond = hit >= secondViewFlag;
    const column = isSecond ? second : first;
    const value = column ? leastValue(column, isSecond ? hit - secondViewFlag : hit) : noValue;
    const ofColumn = isSecond ? merged?.ofSecond : merged?.ofFirst;
    const rank = value === noValue ? missing : ofColumn ? (ofColumn[value] ?? 0) : value;
    ranks[i] = isReverse ? missing - rank : rank;
  }
}

/** Each against the one before it, those of earlier slices included. */
function isInOrder(ranks: Uint32Array, from: number, end: number): boolean {
  for (let i = Math.max(from, 1); i < end; i++) {
    if ((ranks[i - 1] ?? 0) > (ranks[i] ?? 0)) return false;
  }
  return true;
}

function leastValue({ valueOfDoc, lists }: Column, doc: number): number {
  const value = valueOfDoc[doc] ?? noValue;
  if (value < listFlag || value === noValue) return value;
  return lists[value - listFlag + 1] ?? noValue;
}

type MergedRanks = {
  readonly ofFirst: Uint32Array;
  readonly ofSecond: Uint32Array;
  readonly count: number;
};

/** Ranks of the values of both columns in one order; what is in both has one rank. */
function* mergeRanks(first: Column, second: Column): Generator<undefined, MergedRanks> {
  const ofFirst = new Uint32Array(first.valueCount);
  const ofSecond = new Uint32Array(second.valueCount);
  let count = 0;
  let next = 0;
  for (let value = 0; value < second.valueCount; value++) {
    const place = placeOf(first, second, value);
    while (next < place.index) ofFirst[next++] = count++;
    ofSecond[value] = count;
    if (place.isSame) ofFirst[next++] = count;
    count++;
    if (value % placesPerSlice === placesPerSlice - 1) yield;
  }
  while (next < first.valueCount) ofFirst[next++] = count++;
  return { ofFirst, ofSecond, count };
}

/** How many values of `first` are before this one of `second`, and whether the next is the same. */
function placeOf(
  first: Column,
  second: Column,
  value: number,
): { readonly index: number; readonly isSame: boolean } {
  const start = second.foldedOffsets[value] ?? 0;
  const folded = second.folded.subarray(start, (second.foldedOffsets[value + 1] ?? 1) - 1);
  const strict = Buffer.from(readPrepared(second, value));
  let index = lowerBound(first, folded);
  for (const end = equalEnd(first, index, folded); index < end; index++) {
    const order = Buffer.compare(Buffer.from(readPrepared(first, index)), strict);
    if (order >= 0) return { index, isSame: order === 0 };
  }
  return { index, isSame: false };
}
