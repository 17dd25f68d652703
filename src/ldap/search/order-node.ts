// `>=` and `<=` on one column.
import type { Column } from '../snapshot/segment.js';
import { equalEnd, lowerBound } from './column-lookup.js';
import { holdsValue } from './column-values.js';
import type { TextTest } from './condition.js';
import { RangeCursor, SpanCursor, type DocCursor } from './doc-cursor.js';
import type { Meter } from './meter.js';
import type { PlanNode } from './plan-node.js';
import { rank } from './text-pattern.js';
import type { ValueTest } from './value-cursor.js';
import { ValuesCursor } from './values-cursor.js';

export class OrderNode implements PlanNode, ValueTest {
  readonly rankMax = rank.exact;
  readonly weight = 1;
  readonly #column: Column;
  readonly #test: TextTest;
  readonly #meter: Meter;
  /**
   * Values sought, where none has diacritics. Where some have, the order of ids is not that of strict texts: a letter
   * with an accent is after z.
   */
  readonly #range: { readonly first: number; readonly end: number } | undefined;

  constructor(column: Column, test: TextTest, meter: Meter) {
    this.#column = column;
    this.#test = test;
    this.#meter = meter;
    const part = test.strict.parts[0];
    if (column.strict.length > 0 || test.strict !== test.folded || !part) return;
    const low = lowerBound(column, part);
    this.#range =
      test.kind === 'greaterOrEqual'
        ? { first: low, end: column.valueCount }
        : { first: 0, end: equalEnd(column, low, part) };
  }

  estimate(): number {
    if (!this.#range) return Infinity;
    const { docsOffsets } = this.#column;
    return (docsOffsets[this.#range.end] ?? 0) - (docsOffsets[this.#range.first] ?? 0);
  }

  open(rankMax: number): DocCursor {
    if (this.#range) return new RangeCursor(this.#column, this.#range.first, this.#range.end);
    const values = new SpanCursor(0, this.#column.valueCount);
    return new ValuesCursor(this.#column, values, this, rankMax, this.#meter);
  }

  test(doc: number, rankMax: number): boolean {
    return holdsValue(this.#column, doc, this, rankMax);
  }

  matchesValue(value: number): boolean {
    if (this.#range) return value >= this.#range.first && value < this.#range.end;
    const { folded, foldedOffsets, strict, strictOffsets } = this.#column;
    const foldedText = folded.subarray(
      foldedOffsets[value] ?? 0,
      (foldedOffsets[value + 1] ?? 1) - 1,
    );
    const start = strictOffsets[value] ?? 0;
    const end = strictOffsets[value + 1] ?? 0;
    return isInOrder(
      this.#test,
      end > start ? strict.subarray(start, end - 1) : foldedText,
      foldedText,
    );
  }
}

/** Without diacritics besides, where they do not count: folding adds matches to an order, and must remove none. */
export function isInOrder(test: TextTest, strictText: Buffer, foldedText: Buffer): boolean {
  const sign = test.kind === 'greaterOrEqual' ? 1 : -1;
  const strict = test.strict.parts[0];
  const folded = test.folded?.parts[0];
  if (strict && Buffer.compare(strictText, strict) * sign >= 0) return true;
  return !test.isStrict && !!folded && Buffer.compare(foldedText, folded) * sign >= 0;
}
