// RFC 2891. Value ids are ranks, so sorting by a column compares no text at all.
import type { Snapshot } from '../snapshot/segment.js';
import type { SortColumn } from './sort-plan.js';
import { rankHits, sliceLength, type Ranks } from './sort-ranks.js';

/**
 * Yields between two slices of about a millisecond: half a million hits take some fifty of them.
 * Hits that are equal by all keys keep their order. An entry without a value is after all others (RFC 2891 section 2).
 */
export function* sortHits(
  snapshot: Snapshot,
  hits: Uint32Array,
  columns: readonly SortColumn[],
): Generator<undefined, Uint32Array> {
  let order = hits;
  // The first key counts most, so it is sorted by last; each pass keeps the order of what it finds equal.
  for (const { index, isReverse } of columns.toReversed()) {
    const ranks = yield* rankHits(snapshot, order, index, isReverse);
    // Docs come in the order of names, which is what address books ask for.
    if (!ranks.isSorted) order = yield* sortByRanks(order, ranks);
  }
  return order;
}

/** Bytes that sorting takes besides the hits themselves, at most. */
export function sortingBytes(hitCount: number, { views }: Snapshot): number {
  const docCount = views.reduce((sum, { segment }) => sum + segment.docCount, 0);
  // Ranks and the sorted hits; a counter for each rank, and the ranks of two views made one.
  return 4 * (2 * hitCount + 2 * docCount);
}

/** Fewer hits than a rank in this many are sorted by numbers, without a counter for each rank. */
const sparseRatio = 8;
/** Hits that are sorted by numbers at once: about 2 ms. */
const sparseMax = 16 * 1024;

/** Stable. */
function* sortByRanks(hits: Uint32Array, ranks: Ranks): Generator<undefined, Uint32Array> {
  const isSparse = hits.length * sparseRatio < ranks.count && hits.length <= sparseMax;
  return isSparse ? sortSparse(hits, ranks) : yield* sortDense(hits, ranks);
}

/** Rank and place in one number, which a double holds exactly: ranks and places are some millions at most. */
function sortSparse(hits: Uint32Array, { ranks }: Ranks): Uint32Array {
  const { length } = hits;
  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) keys[i] = (ranks[i] ?? 0) * length + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => hits[key % length] ?? 0);
}

/** By counting. */
function* sortDense(hits: Uint32Array, { ranks, count }: Ranks): Generator<undefined, Uint32Array> {
  // Where the next hit of each rank goes.
  const places = new Uint32Array(count + 1);
  for (const [from, end] of slices(ranks.length)) {
    for (let i = from; i < end; i++) {
      const after = (ranks[i] ?? 0) + 1;
      places[after] = (places[after] ?? 0) + 1;
    }
    yield;
  }
  for (const [from, end] of slices(count)) {
    for (let rank = from; rank < end; rank++) {
      places[rank + 1] = (places[rank + 1] ?? 0) + (places[rank] ?? 0);
    }
    yield;
  }
  const sorted = new Uint32Array(hits.length);
  for (const [from, end] of slices(hits.length)) {
    putInPlace(hits, ranks, places, sorted, from, end);
    yield;
  }
  return sorted;
}

function putInPlace(
  hits: Uint32Array,
  ranks: Uint32Array,
  places: Uint32Array,
  sorted: Uint32Array,
  from: number,
  end: number,
): void {
  for (let i = from; i < end; i++) {
    const rank = ranks[i] ?? 0;
    const place = places[rank] ?? 0;
    sorted[place] = hits[i] ?? 0;
    places[rank] = place + 1;
  }
}

/** `[from, end)` of each slice of a pass over `length` numbers. */
function* slices(length: number): Generator<readonly [from: number, end: number]> {
  for (let from = 0; from < length; from += sliceLength) {
    yield [from, Math.min(from + sliceLength, length)];
  }
}
