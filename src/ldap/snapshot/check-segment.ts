// Whether a segment that was read is one that searches can walk: places inside of what they point into, lists as long
// as they are said to be. A checksum only tells that a file is what was written, not that it made sense.
import { contentEnd, contentStart } from '../ber/bounds.js';
import { berTag } from '../ber/tag.js';
import { SegmentFileError } from './segment-file-error.js';
import { listFlag, noValue, type Column, type PackedGrams, type Segment } from './segment.js';

/** Lets the process serve meanwhile. */
export type Breathe = () => Promise<void>;

/** Numbers looked at between two breaths: well under a millisecond. */
const numbersPerBreath = 128 * 1024;

/** @throws SegmentFileError naming what is impossible; whatever `breathe` throws */
export async function checkSegment(segment: Segment, breathe: Breathe): Promise<void> {
  const { docCount, columns, attributeMasks } = segment;
  const columnMasks = columns.length >= 32 ? 0xffffffff : 2 ** columns.length - 1;
  await assertBelow('attributeMasks', attributeMasks, columnMasks + 1, breathe);
  await checkPieces(segment, breathe);
  const checked = new Set<Column>();
  for (const [index, column] of columns.entries()) {
    // Attributes that always have the same values share one.
    if (checked.has(column)) continue;
    checked.add(column);
    await checkColumn(String(index), column, docCount, breathe);
  }
}

async function checkPieces(
  { docCount, pieces, own, blocks }: Segment,
  breathe: Breathe,
): Promise<void> {
  assertLength('pieces', pieces, docCount * 3 + 1);
  await inRanges('pieces', docCount, breathe, (from, to) => {
    for (let at = from * 3; at < to * 3; at += 3) {
      const end = pieces[at + 3] ?? 0;
      if (end > own.length || !isOwnPiece(own, pieces[at] ?? 0, end)) return false;
      if (!holds(blocks, pieces[at + 1] ?? 0) || !holds(blocks, pieces[at + 2] ?? 0)) return false;
    }
    return true;
  });
}

/** Whether values follow one another from `start` to `end`: the DN perhaps, then attributes after the SEQUENCE of them all begins. */
function isOwnPiece(own: Buffer, start: number, end: number): boolean {
  const sequence = own[start] === berTag.octetString ? contentEnd(own, start) : start;
  let at = contentStart(own, sequence);
  // The first attribute: its type, its values, the first of them.
  const name = contentStart(own, contentEnd(own, contentStart(own, at)));
  if (sequence === start && contentEnd(own, name) > end) return false;
  while (at < end) at = contentEnd(own, at);
  return start < end && at === end;
}

/** Whether the value at `at` ends inside of `bytes`. */
function holds(bytes: Buffer, at: number): boolean {
  return at + 2 <= bytes.length && contentEnd(bytes, at) <= bytes.length;
}

async function checkColumn(
  name: string,
  column: Column,
  docCount: number,
  breathe: Breathe,
): Promise<void> {
  const { valueCount, docs, lists, wordStartValues, wordStartOffsets } = column;
  for (const [texts, offsets] of [
    ['folded', 'foldedOffsets'],
    ['strict', 'strictOffsets'],
    ['docs', 'docsOffsets'],
  ] as const) {
    assertLength(`${name}.${offsets}`, column[offsets], valueCount + 1);
    await assertOffsets(`${name}.${offsets}`, column[offsets], column[texts].length, breathe);
  }
  await assertBelow(`${name}.docs`, docs, docCount, breathe);
  await checkValueOfDoc(name, column, docCount, breathe);
  await checkLists(`${name}.lists`, lists, valueCount, breathe);
  if (wordStartValues) {
    assertLength(`${name}.wordStartOffsets`, wordStartOffsets ?? [], wordStartValues.length);
    await assertBelow(`${name}.wordStartValues`, wordStartValues, valueCount, breathe);
  }
  if (column.bigrams) await checkGrams(`${name}.bigrams`, column.bigrams, breathe);
  if (column.trigrams) await checkGrams(`${name}.trigrams`, column.trigrams, breathe);
}

async function checkValueOfDoc(
  name: string,
  { valueCount, valueOfDoc, lists }: Column,
  docCount: number,
  breathe: Breathe,
): Promise<void> {
  assertLength(`${name}.valueOfDoc`, valueOfDoc, docCount);
  await inRanges(`${name}.valueOfDoc`, docCount, breathe, (from, to) => {
    for (let doc = from; doc < to; doc++) {
      const value = valueOfDoc[doc] ?? noValue;
      if (value === noValue) continue;
      const isGood = value < listFlag ? value < valueCount : value - listFlag < lists.length;
      if (!isGood) return false;
    }
    return true;
  });
}

/** A count, then as many values, and again: a place in the midst of a list reads a value as a count, whence the bound on both. */
async function checkLists(
  name: string,
  lists: Uint32Array,
  valueCount: number,
  breathe: Breathe,
): Promise<void> {
  let next = 0;
  await inRanges(name, lists.length, breathe, (from, to) => {
    for (let at = from; at < to; at++) {
      const number = lists[at] ?? 0;
      if (at === next) next = at + 1 + number;
      else if (number >= valueCount) return false;
    }
    return true;
  });
  if (next !== lists.length) throw impossible(name);
}

async function checkGrams(name: string, index: PackedGrams, breathe: Breathe): Promise<void> {
  const { grams, counts, offsets, lists, valueCount } = index;
  assertLength(`${name}.counts`, counts, grams.length);
  assertLength(`${name}.offsets`, offsets, grams.length + 1);
  await assertOffsets(`${name}.offsets`, offsets, lists.length, breathe);
  await assertBelow(`${name}.counts`, counts, valueCount + 1, breathe);
}

/** Ascending, from 0 to `end`. */
async function assertOffsets(
  name: string,
  offsets: Uint32Array,
  end: number,
  breathe: Breathe,
): Promise<void> {
  let last = 0;
  await inRanges(name, offsets.length, breathe, (from, to) => {
    for (let at = from; at < to; at++) {
      const offset = offsets[at] ?? 0;
      if (offset < last) return false;
      last = offset;
    }
    return true;
  });
  if (offsets[0] !== 0 || last !== end) throw impossible(name);
}

async function assertBelow(
  name: string,
  numbers: Uint32Array,
  bound: number,
  breathe: Breathe,
): Promise<void> {
  await inRanges(name, numbers.length, breathe, (from, to) => {
    for (let at = from; at < to; at++) if ((numbers[at] ?? 0) >= bound) return false;
    return true;
  });
}

function assertLength(name: string, array: { readonly length: number }, length: number): void {
  if (array.length !== length) throw impossible(name);
}

async function inRanges(
  name: string,
  count: number,
  breathe: Breathe,
  isGood: (from: number, to: number) => boolean,
): Promise<void> {
  for (let from = 0; from < count; from += numbersPerBreath) {
    if (!isGood(from, Math.min(count, from + numbersPerBreath))) throw impossible(name);
    if (count > numbersPerBreath) await breathe();
  }
}

function impossible(name: string): SegmentFileError {
  return new SegmentFileError(`contenu impossible : ${name}`);
}
