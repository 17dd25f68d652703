import { listFlag, noValue, type Column } from '../snapshot/segment.js';
import type { ValueTest } from './value-cursor.js';

/** Whether a value of the entry passes. */
export function holdsValue(column: Column, doc: number, test: ValueTest, rankMax: number): boolean {
  const value = column.valueOfDoc[doc] ?? noValue;
  if (value < listFlag) return test.matchesValue(value, rankMax);
  if (value === noValue) return false;
  const place = value - listFlag;
  const { lists } = column;
  const end = place + 1 + (lists[place] ?? 0);
  for (let at = place + 1; at < end; at++) {
    if (test.matchesValue(lists[at] ?? 0, rankMax)) return true;
  }
  return false;
}
