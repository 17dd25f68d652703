// A pattern on one column: ranges of sorted texts for whole values, prefixes and words, n-grams for the rest.
import type { Column } from '../snapshot/segment.js';
import { holdsValue } from './column-values.js';
import { chooseOtherGrams, findRarestGram, type RarestGram } from './choose-grams.js';
import { equalEnd, lowerBound, prefixEnd, wordBound } from './column-lookup.js';
import type { TextTest } from './condition.js';
import { emptyCursor, RangeCursor, SpanCursor, UnionCursor, type DocCursor } from './doc-cursor.js';
import type { Meter } from './meter.js';
import type { PlanNode } from './plan-node.js';
import { openGrams } from './sieved-cursor.js';
import { rank, rankMaxOf, rankText, type TextPattern } from './text-pattern.js';
import { ScanCursor, WordStartsCursor, type ValueCursor, type ValueTest } from './value-cursor.js';
import { ValuesCursor } from './values-cursor.js';

/** Ids from `low` to before `equalEnd` hold the first part and no more, to before `prefixEnd` begin with it. */
type Ranges = { readonly low: number; readonly equalEnd: number; readonly prefixEnd: number };

export class TextNode implements PlanNode, ValueTest {
  readonly rankMax: number;
  readonly weight = 1;
  readonly #column: Column;
  readonly #meter: Meter;
  /** What values must match, in the spelling that counts. */
  readonly #pattern: TextPattern;
  /** Values that match have folded texts that match this; undefined: none can be looked up. */
  readonly #lookup: TextPattern | undefined;
  /** The ranges and lists of folded texts hold too much: spellings with other diacritics. */
  readonly #isStrict: boolean;
  readonly #isSingle: boolean;
  readonly #canBePrefix: boolean;
  readonly #ranges: Ranges;
  #rarest: RarestGram | 'none' | undefined;
  #wordsFirst = -1;
  #wordsEnd = -1;

  constructor(column: Column, test: TextTest, meter: Meter) {
    const lookup = test.folded;
    this.#column = column;
    this.#meter = meter;
    this.#pattern = test.isStrict ? test.strict : (lookup ?? test.strict);
    this.#lookup = lookup;
    this.#isStrict = test.isStrict && (column.strict.length > 0 || test.strict !== lookup);
    this.#isSingle = this.#pattern.parts.length === 1;
    this.#canBePrefix = this.#pattern.hasInitial || !(this.#isSingle && this.#pattern.hasFinal);
    this.#ranges = findRanges(column, lookup);
    this.rankMax = rankMaxOf(this.#pattern);
  }

  estimate(rankMax: number): number {
    if (!this.#lookup) return Infinity;
    if (rankMax >= rank.inside && this.rankMax === rank.inside) return this.#estimateGram();
    const inRanges = this.#estimateRanges(rankMax);
    // A gram of another part may be rarer than the first part.
    return this.#isSingle ? inRanges : Math.min(inRanges, this.#estimateGram());
  }

  open(rankMax: number, isNewOnly: boolean): DocCursor {
    if (!this.#lookup) return this.#openValues(new SpanCursor(0, this.#column.valueCount), rankMax);
    if (isNewOnly && rankMax > this.rankMax) return emptyCursor;
    if (rankMax >= rank.inside && this.rankMax === rank.inside) return this.#openInside(rankMax);
    const isGramRarer = !this.#isSingle && this.#estimateGram() < this.#estimateRanges(rankMax);
    if (isGramRarer) return this.#openInside(rankMax);
    return this.#openRanges(this.#lookup, rankMax, isNewOnly);
  }

  test(doc: number, rankMax: number): boolean {
    return holdsValue(this.#column, doc, this, rankMax);
  }

  matchesValue(value: number, rankMax: number): boolean {
    if (!this.#isStrict && this.#isSingle) {
      const { low, equalEnd, prefixEnd } = this.#ranges;
      if (value >= low && value < equalEnd) return true;
      if (rankMax === rank.exact || this.rankMax === rank.exact) return false;
      if (this.#canBePrefix && value >= low && value < prefixEnd) return true;
      if (rankMax === rank.prefix || this.rankMax === rank.prefix) return false;
    }
    return this.#rankOf(value) <= rankMax;
  }

  #rankOf(value: number): number {
    const { folded, foldedOffsets, strict, strictOffsets } = this.#column;
    const start = strictOffsets[value] ?? 0;
    const end = strictOffsets[value + 1] ?? 0;
    const found =
      this.#isStrict && end > start
        ? rankText(this.#pattern, strict, start, end - 1)
        : rankText(this.#pattern, folded, foldedOffsets[value] ?? 0, this.#endOf(value));
    // Where starts of words are not indexed they rank like any other place.
    const isUnranked = found === rank.wordStart && !this.#column.wordStartValues;
    return isUnranked ? rank.inside : found;
  }

  #endOf(value: number): number {
    return (this.#column.foldedOffsets[value + 1] ?? 1) - 1;
  }

  #estimateRanges(rankMax: number): number {
    const { low, equalEnd, prefixEnd } = this.#ranges;
    const isWhole = rankMax === rank.exact || !this.#canBePrefix || this.#pattern.isEquality;
    const docs = this.#docsOf(low, isWhole ? equalEnd : prefixEnd);
    if (rankMax < rank.wordStart || this.rankMax < rank.wordStart) return docs;
    this.#findWords();
    return docs + (this.#wordsEnd - this.#wordsFirst) * this.#docsPerValue();
  }

  /** Without a gram, all values are looked at: few in the columns that have no index of grams. */
  #estimateGram(): number {
    const rarest = this.#findRarest();
    return rarest === 'none' ? this.#column.valueCount : rarest.gram.count * this.#docsPerValue();
  }

  #openRanges(lookup: TextPattern, rankMax: number, isNewOnly: boolean): DocCursor {
    const { low, equalEnd, prefixEnd } = this.#ranges;
    if (rankMax === rank.exact || this.rankMax === rank.exact || !this.#canBePrefix) {
      // Of several parts, no value is exact.
      const whole = this.#isSingle ? this.#openRange(low, equalEnd, rankMax, false) : emptyCursor;
      if (rankMax < rank.wordStart) return isNewOnly && rankMax > rank.exact ? emptyCursor : whole;
      return isNewOnly ? this.#openWords(rankMax) : union(whole, this.#openWords(rankMax));
    }
    const isRest = isNewOnly && this.#isSingle;
    const needsTest = lookup.parts.length > 1;
    if (rankMax === rank.prefix || this.rankMax === rank.prefix) {
      return this.#openRange(isRest ? equalEnd : low, prefixEnd, rankMax, needsTest);
    }
    if (isNewOnly) return this.#openWords(rankMax);
    return union(this.#openRange(low, prefixEnd, rankMax, needsTest), this.#openWords(rankMax));
  }

  #openRange(first: number, end: number, rankMax: number, needsTest: boolean): DocCursor {
    if (first >= end) return emptyCursor;
    if (!needsTest && !this.#isStrict) return new RangeCursor(this.#column, first, end);
    return this.#openValues(new SpanCursor(first, end), rankMax);
  }

  #openWords(rankMax: number): DocCursor {
    this.#findWords();
    const values = this.#column.wordStartValues;
    if (!values || this.#wordsFirst >= this.#wordsEnd) return emptyCursor;
    const words = new WordStartsCursor(values, this.#wordsFirst, this.#wordsEnd);
    const isSure = !this.#isStrict && this.#isSingle && !this.#pattern.hasFinal;
    return this.#openValues(words, rankMax, isSure);
  }

  #openInside(rankMax: number): DocCursor {
    const isAnywhere = this.#isSingle && !this.#pattern.hasFinal && !this.#pattern.hasInitial;
    const isSure = !this.#isStrict && isAnywhere && rankMax >= rank.inside;
    const rarest = this.#findRarest();
    const parts = this.#lookup?.parts ?? [];
    if (rarest !== 'none') {
      const others = chooseOtherGrams(this.#column, rarest, parts);
      const values = openGrams(rarest.gram, others, this.#meter);
      return this.#openValues(values, rankMax, isSure && rarest.isWholePart);
    }
    const part = longest(parts);
    // A single byte is found nearly everywhere, where a call for each place costs more than the plain loop.
    if (part.length < 2)
      return this.#openValues(new SpanCursor(0, this.#column.valueCount), rankMax);
    return this.#openValues(new ScanCursor(this.#column, part, this.#meter), rankMax, isSure);
  }

  #openValues(values: ValueCursor, rankMax: number, isSure = false): DocCursor {
    const test = isSure ? undefined : this;
    return new ValuesCursor(this.#column, values, test, rankMax, this.#meter);
  }

  #findRarest(): RarestGram | 'none' {
    this.#rarest ??= findRarestGram(this.#column, this.#lookup?.parts ?? []) ?? 'none';
    return this.#rarest;
  }

  #findWords(): void {
    const first = this.#lookup?.parts[0];
    if (this.#wordsFirst >= 0 || !first) return;
    this.#wordsFirst = wordBound(this.#column, first, false);
    this.#wordsEnd = wordBound(this.#column, first, true);
  }

  #docsOf(firstValue: number, endValue: number): number {
    const { docsOffsets } = this.#column;
    return (docsOffsets[endValue] ?? 0) - (docsOffsets[firstValue] ?? 0);
  }

  #docsPerValue(): number {
    return this.#column.docs.length / Math.max(1, this.#column.valueCount);
  }
}

function findRanges(column: Column, lookup: TextPattern | undefined): Ranges {
  const first = lookup?.parts[0];
  if (!lookup || !first) return { low: 0, equalEnd: 0, prefixEnd: 0 };
  const low = lowerBound(column, first);
  const end = equalEnd(column, low, first);
  return {
    low,
    equalEnd: end,
    prefixEnd: lookup.isEquality ? end : prefixEnd(column, low, first),
  };
}

function union(one: DocCursor, other: DocCursor): DocCursor {
  return one === emptyCursor ? other : other === emptyCursor ? one : new UnionCursor([one, other]);
}

function longest(parts: readonly Buffer[]): Buffer {
  return parts.reduce((best, part) => (part.length > best.length ? part : best), Buffer.alloc(0));
}
