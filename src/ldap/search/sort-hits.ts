// RFC 2891. Value ids are ranks, so sorting by a column compares no text at all.
import type { Directory } from '../directory/directory.js';
import type { SortKey } from '../protocol/control.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import { listFlag, noValue, type Column, type Snapshot } from '../snapshot/segment.js';
import { equalEnd, lowerBound } from './column-lookup.js';
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

/** Hits that are equal by all keys keep their order. An entry without a value is after all others (RFC 2891 section 2). */
export function sortHits(
  snapshot: Snapshot,
  hits: Uint32Array,
  columns: readonly SortColumn[],
): Uint32Array {
  let order = hits;
  // The first key counts most, so it is sorted by last; each pass keeps the order of what it finds equal.
  for (const { index, isReverse } of columns.toReversed()) {
    order = sortByRanks(order, rankHits(snapshot, order, index), isReverse);
  }
  return order;
}

/** Rank of each hit, below `count`. */
type Ranks = { readonly ranks: Uint32Array; readonly count: number };

/** Of all values of an entry the least counts (RFC 2891 section 1.1). */
function rankHits({ views }: Snapshot, hits: Uint32Array, index: number): Ranks {
  const first = views[0]?.segment.columns[index];
  const second = views[1]?.segment.columns[index];
  const merged = first && second && second.valueCount > 0 ? mergeRanks(first, second) : undefined;
  const missing = merged?.count ?? first?.valueCount ?? 0;
  const ranks = new Uint32Array(hits.length);
  for (let i = 0; i < hits.length; i++) {
    const hit = hits[i] ?? 0;
    const isSecond = hit >= secondViewFlag;
    const column = isSecond ? second : first;
    const value = column ? leastValue(column, isSecond ? hit - secondViewFlag : hit) : noValue;
    const ofColumn = isSecond ? merged?.ofSecond : merged?.ofFirst;
    ranks[i] = value === noValue ? missing : ofColumn ? (ofColumn[value] ?? 0) : value;
  }
  return { ranks, count: missing + 1 };
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
function mergeRanks(first: Column, second: Column): MergedRanks {
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

/** Fewer hits than a rank in this many are sorted by numbers, without a counter for each rank. */
const sparseRatio = 8;

/** Stable. */
function sortByRanks(hits: Uint32Array, { ranks, count }: Ranks, isReverse: boolean): Uint32Array {
  if (isReverse) for (let i = 0; i < ranks.length; i++) ranks[i] = count - 1 - (ranks[i] ?? 0);
  // Docs come in the order of names, which is what address books ask for.
  if (isSorted(ranks)) return hits;
  return hits.length * sparseRatio < count
    ? sortSparse(hits, ranks)
    : sortDense(hits, ranks, count);
}

function isSorted(ranks: Uint32Array): boolean {
  for (let i = 1; i < ranks.length; i++) if ((ranks[i - 1] ?? 0) > (ranks[i] ?? 0)) return false;
  return true;
}

/** Rank and place in one number, which a double holds exactly: ranks and places are some millions at most. */
function sortSparse(hits: Uint32Array, ranks: Uint32Array): Uint32Array {
  const { length } = hits;
  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) keys[i] = (ranks[i] ?? 0) * length + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => hits[key % length] ?? 0);
}

/** By counting. */
function sortDense(hits: Uint32Array, ranks: Uint32Array, count: number): Uint32Array {
  const places = new Uint32Array(count + 1);
  for (const rank of ranks) places[rank + 1] = (places[rank + 1] ?? 0) + 1;
  for (let rank = 1; rank <= count; rank++) {
    places[rank] = (places[rank] ?? 0) + (places[rank - 1] ?? 0);
  }
  const sorted = new Uint32Array(hits.length);
  for (let i = 0; i < hits.length; i++) {
    const rank = ranks[i] ?? 0;
    const place = places[rank] ?? 0;
    sorted[place] = hits[i] ?? 0;
    places[rank] = place + 1;
  }
  return sorted;
}
