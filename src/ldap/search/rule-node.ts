// A matching rule that columns are not prepared by, such as caseExactMatch on a name: raw values decide.
import { prepareValue } from '../schema/prepare.js';
import type { Matching, ServedSchema } from '../schema/served-schema.js';
import type { Segment } from '../snapshot/segment.js';
import { FilterCursor, SpanCursor, type DocCursor } from './doc-cursor.js';
import { readPrepared, readValueIds, readValues } from './entry-reader.js';
import type { Meter } from './meter.js';
import type { PlanNode } from './plan-node.js';
import { rank } from './text-pattern.js';

export type RuleAssertion = {
  readonly index: number;
  readonly rule: Matching;
  /** Prepared by `rule`. */
  readonly wanted: string;
};

export class RuleNode implements PlanNode {
  readonly rankMax = rank.exact;
  /** Values are read out of the entry and prepared. */
  readonly weight = 16;
  readonly #schema: ServedSchema;
  readonly #segment: Segment;
  /** All entries that match, and others. */
  readonly #candidates: PlanNode | undefined;
  readonly #assertion: RuleAssertion;
  readonly #meter: Meter;

  constructor(
    schema: ServedSchema,
    segment: Segment,
    candidates: PlanNode | undefined,
    assertion: RuleAssertion,
    meter: Meter,
  ) {
    this.#schema = schema;
    this.#segment = segment;
    this.#candidates = candidates;
    this.#assertion = assertion;
    this.#meter = meter;
  }

  estimate(rankMax: number): number {
    return this.#candidates?.estimate(rankMax) ?? Infinity;
  }

  open(rankMax: number): DocCursor {
    const cursor =
      this.#candidates?.open(rankMax, false) ?? new SpanCursor(0, this.#segment.docCount);
    return new FilterCursor(cursor, [this], undefined, rankMax, this.#meter);
  }

  test(doc: number, rankMax: number): boolean {
    if (this.#candidates && !this.#candidates.test(doc, rankMax)) return false;
    const { rule, wanted } = this.#assertion;
    return this.#valuesOf(doc).some((value) => prepareValue(rule, value) === wanted);
  }

  #valuesOf(doc: number): string[] {
    const { index } = this.#assertion;
    if (!this.#schema.attributes[index]?.isOperational)
      return readValues(this.#segment, doc, index);
    const column = this.#segment.columns[index];
    return column ? readValueIds(column, doc).map((value) => readPrepared(column, value)) : [];
  }
}
