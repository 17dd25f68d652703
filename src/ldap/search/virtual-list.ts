// Which part of a sorted list a client wants to look at (draft-ietf-ldapext-ldapv3-vlv-09 section 4).
import type { Directory } from '../directory/directory.js';
import type { VirtualListView, VirtualListViewResult } from '../protocol/control.js';
import { resultCode } from '../protocol/result-code.js';
import { foldAccents } from '../schema/prepare.js';
import { listFlag, noValue, type Snapshot } from '../snapshot/segment.js';
import { secondViewFlag } from './search-run.js';
import type { SortColumn } from './sort-plan.js';
import { isCaseIgnored, prepareAssertion } from './text-test.js';

export type VirtualList = {
  /** In the sorted hits; both 0 when there is an error, which is then the code of the search too. */
  readonly first: number;
  readonly end: number;
  readonly result: Omit<VirtualListViewResult, 'contextId'>;
};

/** `hits` sorted by `columns`, of which there is at least one. */
export function sliceVirtualList(
  directory: Directory,
  snapshot: Snapshot,
  hits: Uint32Array,
  columns: readonly SortColumn[],
  asked: VirtualListView,
): VirtualList {
  const contentCount = hits.length;
  const [key] = columns;
  const target =
    asked.target.kind === 'offset'
      ? placeOfOffset(asked.target.offset, asked.target.contentCount, contentCount)
      : key && placeOfValue(directory, snapshot, hits, key, asked.target.value);
  if (target === undefined) {
    const code =
      asked.target.kind === 'offset'
        ? resultCode.offsetRangeError
        : resultCode.virtualListViewError;
    return { first: 0, end: 0, result: { targetPosition: 0, contentCount, code } };
  }
  return {
    first: Math.max(0, target - 1 - asked.beforeCount),
    end: Math.min(contentCount, target + asked.afterCount),
    result: { targetPosition: target, contentCount, code: resultCode.success },
  };
}

/** From 1; in the proportion of the client's length to ours when they differ. Undefined when out of its own range. */
function placeOfOffset(offset: number, clientCount: number, count: number): number | undefined {
  if (offset < 1 || (clientCount > 0 && offset > clientCount)) return undefined;
  if (clientCount === 0 || clientCount === count) return Math.min(offset, count + 1);
  if (offset === 1) return 1;
  return offset === clientCount
    ? Math.max(1, count)
    : Math.max(1, Math.round((offset / clientCount) * count));
}

/** Place from 1 of the first hit that is not before the value, one after the last when all are. */
function placeOfValue(
  { schema }: Directory,
  snapshot: Snapshot,
  hits: Uint32Array,
  { index, isReverse }: SortColumn,
  value: Buffer,
): number | undefined {
  const matching = schema.attributes[index]?.equality;
  const prepared = matching && prepareAssertion(matching, value);
  if (matching === undefined || prepared === undefined) return undefined;
  // Typing « elo » brings one to « Élodie »: spellings that differ by diacritics alone are side by side.
  const wanted = Buffer.from(isCaseIgnored(matching) ? foldAccents(prepared) : prepared);
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const text = keyOf(snapshot, hits[middle] ?? 0, index);
    // Without a value: after all that have one.
    const order = text === undefined ? 1 : Buffer.compare(text, wanted);
    if (isReverse ? order > 0 : order < 0) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

function keyOf({ views }: Snapshot, hit: number, index: number): Buffer | undefined {
  const isSecond = hit >= secondViewFlag;
  const column = views[isSecond ? 1 : 0]?.segment.columns[index];
  const held = column?.valueOfDoc[isSecond ? hit - secondViewFlag : hit] ?? noValue;
  if (!column || held === noValue) return undefined;
  const value = held < listFlag ? held : (column.lists[held - listFlag + 1] ?? 0);
  const { folded, foldedOffsets } = column;
  return folded.subarray(foldedOffsets[value] ?? 0, (foldedOffsets[value + 1] ?? 1) - 1);
}
