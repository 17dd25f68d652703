// RFC 2891. Value ids are ranks, so sorting by a column compares no text at all.
import type { Directory } from '../directory/directory.js';
import type { SortKey } from '../protocol/control.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import { listFlag, noValue, type Column, type Snapshot } from '../snapshot/segment.js';
import { lowerBound } from './column-lookup.js';
import { readPrepared } from './entry-reader.js';
import { secondViewFlag } from './search-run.js';

export type SortColumn = { readonly index: number; readonly isReverse: boolean };

export type SortPlan =
  | { readonly kind: 'columns'; readonly columns: readonly SortColumn[] }
  /** `attribute`: the key at fault, as the request names it. */
  | { readonly kind: 'refused'; readonly code: ResultCode; readonly attribute: string };

/** More keys than address books ever send; each costs a pass over all hits. */
const keysMax = 8;

/**
 * The order is that of the attribute's own index, by folded text and then with its diacritics: a directory in which
 * « Élodie » comes after « zoo » is of no use. Any rule of order or equality that the attribute has may be named.
 */
export function planSort({ schema }: Directory, keys: readonly SortKey[]): SortPlan {
  const columns: SortColumn[] = [];
  for (const { attribute, rule, isReverse } of keys) {
    const refuse = (code: ResultCode): SortPlan => ({ kind: 'refused', code, attribute });
    if (columns.length === keysMax) return refuse(resultCode.unwillingToPerform);
    const resolved = schema.resolve(attribute);
    if (resolved.kind === 'unknown') return refuse(resultCode.noSuchAttribute);
    const matching = rule === undefined ? resolved.equality : schema.resolveRule(rule);
    const isFit = matching === resolved.equality || matching === resolved.ordering;
    if (matching === undefined || !isFit) return refuse(resultCode.inappropriateMatching);
    // A supertype, or a type that no entry holds: the first that is there.
    columns.push({ index: resolved.indexes[0] ?? -1, isReverse });
  }
  return { kind: 'columns', columns };
}

/** A new list; hits that are equal by all keys keep their order. An entry without a value is after all others. */
export function sortHits(
  snapshot: Snapshot,
  hits: Uint32Array,
  columns: readonly SortColumn[],
): Uint32Array {
  let order = hits;
  // The first key counts most, so it is sorted by last; each pass keeps the order of what it finds equal.
  for (const { index, isReverse } of columns.toReversed()) {
    const ranks = rankHits(snapshot, order, index);
    order = sortByRanks(order, ranks, isReverse);
  }
  return order;
}

/** Of all values of an entry the least counts (RFC 2891 section 1.1). */
function rankHits({ views }: Snapshot, hits: Uint32Array, index: number): Float64Array {
  const ranks = new Float64Array(hits.length).fill(Infinity);
  const [first, second] = [views[0]?.segment.columns[index], views[1]?.segment.columns[index]];
  const merged = first && second ? mergeRanks(first, second) : undefined;
  for (let i = 0; i < hits.length; i++) {
    const hit = hits[i] ?? 0;
    const isSecond = hit >= secondViewFlag;
    const column = isSecond ? second : first;
    const value = column ? leastValue(column, isSecond ? hit - secondViewFlag : hit) : noValue;
    if (value === noValue) continue;
    ranks[i] = isSecond && merged ? (merged[value] ?? value) : value;
  }
  return ranks;
}

function leastValue({ valueOfDoc, lists }: Column, doc: number): number {
  const value = valueOfDoc[doc] ?? noValue;
  if (value < listFlag || value === noValue) return value;
  return lists[value - listFlag + 1] ?? noValue;
}

/** Ranks of the values of `second` among those of `first`: the same where they are equal, between two elsewhere. */
function mergeRanks(first: Column, second: Column): Float64Array {
  const ranks = new Float64Array(second.valueCount);
  for (let value = 0; value < second.valueCount; value++) {
    const start = second.foldedOffsets[value] ?? 0;
    const end = (second.foldedOffsets[value + 1] ?? 1) - 1;
    const folded = second.folded.subarray(start, end);
    const text = readPrepared(second, value);
    let place = lowerBound(first, folded);
    while (place < first.valueCount && isBefore(first, place, folded, text)) place++;
    const isSame =
      place < first.valueCount &&
      isFolded(first, place, folded) &&
      readPrepared(first, place) === text;
    ranks[value] = isSame ? place : place - 1 + (value + 1) / (second.valueCount + 1);
  }
  return ranks;
}

/** Of values that fold to the same text, those whose strict text comes first. */
function isBefore(column: Column, value: number, folded: Buffer, text: string): boolean {
  if (!isFolded(column, value, folded)) return false;
  return Buffer.compare(Buffer.from(readPrepared(column, value)), Buffer.from(text)) < 0;
}

function isFolded({ folded, foldedOffsets }: Column, value: number, text: Buffer): boolean {
  const start = foldedOffsets[value] ?? 0;
  return folded.compare(text, 0, text.length, start, (foldedOffsets[value + 1] ?? 1) - 1) === 0;
}

/** Stable. Ranks and places in one 64-bit number each would not hold fractions, so places are sorted by their ranks. */
function sortByRanks(hits: Uint32Array, ranks: Float64Array, isReverse: boolean): Uint32Array {
  if (isSorted(ranks, isReverse)) return hits;
  const dense = denseRanks(ranks);
  const counts = new Uint32Array(dense.count + 1);
  const keyOf = (i: number): number => {
    const key = dense.ranks[i] ?? 0;
    return isReverse ? dense.count - 1 - key : key;
  };
  for (let i = 0; i < hits.length; i++) {
    const key = keyOf(i) + 1;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  for (let key = 1; key < counts.length; key++) {
    counts[key] = (counts[key] ?? 0) + (counts[key - 1] ?? 0);
  }
  const sorted = new Uint32Array(hits.length);
  for (let i = 0; i < hits.length; i++) {
    const key = keyOf(i);
    const place = counts[key] ?? 0;
    sorted[place] = hits[i] ?? 0;
    counts[key] = place + 1;
  }
  return sorted;
}

/** What is in order already is left alone: docs come in the order of names, which is what address books ask for. */
function isSorted(ranks: Float64Array, isReverse: boolean): boolean {
  for (let i = 1; i < ranks.length; i++) {
    const before = ranks[i - 1] ?? 0;
    const after = ranks[i] ?? 0;
    if (isReverse ? before < after : before > after) return false;
  }
  return true;
}

/** The same order in numbers from 0 without gaps: sorted natively, then found again. */
function denseRanks(ranks: Float64Array): { ranks: Uint32Array; count: number } {
  const distinct = ranks.toSorted();
  let count = 0;
  for (const rank of distinct) {
    if (count === 0 || rank !== distinct[count - 1]) distinct[count++] = rank;
  }
  const dense = new Uint32Array(ranks.length);
  for (let i = 0; i < ranks.length; i++) dense[i] = placeOf(distinct, count, ranks[i] ?? 0);
  return { ranks: dense, count };
}

function placeOf(sorted: Float64Array, count: number, rank: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}
