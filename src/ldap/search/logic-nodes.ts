// AND, OR, NOT and the conditions that no text is looked up for.
import type { Segment } from '../snapshot/segment.js';
import {
  emptyCursor,
  FilterCursor,
  RangeCursor,
  SpanCursor,
  UnionCursor,
  type DocCursor,
} from './doc-cursor.js';
import type { Meter } from './meter.js';
import type { PlanNode } from './plan-node.js';
import { rank } from './text-pattern.js';

/** rank(AND) is the worst of all, so the docs of rank r at most are those that all of them have at r. */
export class AndNode implements PlanNode {
  readonly rankMax: number;
  readonly weight: number;
  readonly #nodes: readonly PlanNode[];
  readonly #meter: Meter;

  constructor(nodes: readonly PlanNode[], meter: Meter) {
    this.#nodes = nodes;
    this.#meter = meter;
    this.rankMax = worstOf(nodes);
    this.weight = weightOf(nodes);
  }

  estimate(rankMax: number): number {
    let least = Infinity;
    for (const node of this.#nodes) least = Math.min(least, node.estimate(rankMax));
    return least;
  }

  /** The cheapest drives; the others look at what it gives. */
  open(rankMax: number, isNewOnly: boolean): DocCursor {
    let driver = this.#nodes[0];
    let least = Infinity;
    for (const node of this.#nodes) {
      const estimate = node.estimate(rankMax);
      if (estimate < least) {
        least = estimate;
        driver = node;
      }
    }
    if (!driver || least === 0) return emptyCursor;
    // A doc of a lower rank in the driver may be of this one in another.
    const isDriverNew = isNewOnly && this.#nodes.every((node) => node === driver || !node.rankMax);
    const cursor = driver.open(rankMax, isDriverNew);
    return new FilterCursor(cursor, this.#nodes, driver, rankMax, this.#meter);
  }

  test(doc: number, rankMax: number): boolean {
    for (const node of this.#nodes) if (!node.test(doc, rankMax)) return false;
    return true;
  }
}

/** rank(OR) is the best of all. */
export class OrNode implements PlanNode {
  readonly rankMax: number;
  readonly weight: number;
  readonly #nodes: readonly PlanNode[];
  readonly #docCount: number;
  readonly #meter: Meter;

  constructor(nodes: readonly PlanNode[], docCount: number, meter: Meter) {
    this.#nodes = nodes;
    this.#docCount = docCount;
    this.#meter = meter;
    this.rankMax = worstOf(nodes);
    this.weight = weightOf(nodes);
  }

  estimate(rankMax: number): number {
    let sum = 0;
    for (const node of this.#nodes) sum += node.estimate(rankMax);
    return sum;
  }

  open(rankMax: number, isNewOnly: boolean): DocCursor {
    const estimate = this.estimate(rankMax);
    if (estimate === 0) return emptyCursor;
    const isWorthAll = rankMax >= rank.inside && estimate >= this.#docCount;
    if (estimate === Infinity || isWorthAll) {
      const all = new SpanCursor(0, this.#docCount);
      return new FilterCursor(all, [this], undefined, rankMax, this.#meter);
    }
    const cursors = this.#nodes
      .map((node) => node.open(rankMax, isNewOnly))
      .filter((cursor) => cursor !== emptyCursor);
    return cursors.length === 1 ? (cursors[0] ?? emptyCursor) : new UnionCursor(cursors);
  }

  test(doc: number, rankMax: number): boolean {
    for (const node of this.#nodes) if (node.test(doc, rankMax)) return true;
    return false;
  }
}

/** Matches or not: there is no better or worse, so all its docs are of the first rank. */
export class NotNode implements PlanNode {
  readonly rankMax = rank.exact;
  readonly weight: number;
  readonly #node: PlanNode;
  readonly #docCount: number;
  readonly #meter: Meter;

  constructor(node: PlanNode, docCount: number, meter: Meter) {
    this.#node = node;
    this.weight = node.weight;
    this.#docCount = docCount;
    this.#meter = meter;
  }

  estimate(): number {
    return Infinity;
  }

  open(rankMax: number): DocCursor {
    const all = new SpanCursor(0, this.#docCount);
    return new FilterCursor(all, [this], undefined, rankMax, this.#meter);
  }

  test(doc: number): boolean {
    return !this.#node.test(doc, rank.inside);
  }
}

/** Some attribute of a set is there. */
export class PresentNode implements PlanNode {
  readonly rankMax = rank.exact;
  readonly weight = 1;
  readonly #segment: Segment;
  readonly #indexes: readonly number[];
  readonly #mask: number;
  readonly #meter: Meter;

  constructor(segment: Segment, indexes: readonly number[], meter: Meter) {
    this.#segment = segment;
    this.#indexes = indexes;
    this.#mask = indexes.reduce((mask, index) => mask | (1 << index), 0);
    this.#meter = meter;
  }

  estimate(): number {
    return Math.min(this.#valueDocs(), this.#segment.docCount);
  }

  open(rankMax: number): DocCursor {
    const { docCount, columns } = this.#segment;
    if (this.#valueDocs() < docCount) {
      const cursors = this.#indexes.flatMap((index) => {
        const column = columns[index];
        return column ? [new RangeCursor(column, 0, column.valueCount)] : [];
      });
      return new UnionCursor(cursors);
    }
    const all = new SpanCursor(0, docCount);
    return new FilterCursor(all, [this], undefined, rankMax, this.#meter);
  }

  test(doc: number): boolean {
    return ((this.#segment.attributeMasks[doc] ?? 0) & this.#mask) !== 0;
  }

  #valueDocs(): number {
    return this.#indexes.reduce(
      (sum, index) => sum + (this.#segment.columns[index]?.docs.length ?? 0),
      0,
    );
  }
}

export class AllNode implements PlanNode {
  readonly rankMax = rank.exact;
  readonly weight = 1;
  readonly #docCount: number;

  constructor(docCount: number) {
    this.#docCount = docCount;
  }

  estimate(): number {
    return this.#docCount;
  }

  open(): DocCursor {
    return new SpanCursor(0, this.#docCount);
  }

  test(): boolean {
    return true;
  }
}

export const noneNode: PlanNode = {
  rankMax: rank.exact,
  weight: 1,
  estimate: () => 0,
  open: () => emptyCursor,
  test: () => false,
};

/** One entry, found by its DN. */
export class DocNode implements PlanNode {
  readonly rankMax = rank.exact;
  readonly weight = 1;
  readonly #doc: number;

  constructor(doc: number) {
    this.#doc = doc;
  }

  estimate(): number {
    return 1;
  }

  open(): DocCursor {
    return new SpanCursor(this.#doc, this.#doc + 1);
  }

  test(doc: number): boolean {
    return doc === this.#doc;
  }
}

function weightOf(nodes: readonly PlanNode[]): number {
  return nodes.reduce((sum, { weight }) => sum + weight, 0);
}

function worstOf(nodes: readonly PlanNode[]): number {
  return Math.max(rank.exact, ...nodes.map(({ rankMax }) => rankMax));
}
