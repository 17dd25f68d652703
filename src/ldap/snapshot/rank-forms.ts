// Prepared texts get their value ids: ranks in the byte order of (folded, strict).
import { GrowingNumbers, GrowingText } from './growing.js';
import { noValue, type Column } from './segment.js';
import { compareTexts, sortTexts } from './sort-texts.js';

/** Of each text id, what is left of the text once prepared; texts end with a byte 0. */
export type Forms = {
  readonly folded: Buffer;
  /** `noValue` where nothing is left. */
  readonly foldedStarts: Uint32Array;
  readonly strict: Buffer;
  /** `noValue` where strict is the same as folded. */
  readonly strictStarts: Uint32Array;
};

export type RankedForms = Pick<
  Column,
  'valueCount' | 'folded' | 'foldedOffsets' | 'strict' | 'strictOffsets'
> & {
  /** Value id of each text id; `noValue` where nothing is left. */
  readonly valueIds: Uint32Array;
};

export function rankForms(forms: Forms): RankedForms {
  const order = sortForms(forms);
  const valueIds = new Uint32Array(forms.foldedStarts.length).fill(noValue);
  const foldedTexts = new GrowingText();
  const strictTexts = new GrowingText();
  const foldedOffsets = new GrowingNumbers();
  const strictOffsets = new GrowingNumbers();
  let previous: number | undefined;
  for (const id of order) {
    if (previous === undefined || !isSame(forms, previous, id)) {
      foldedOffsets.push(foldedTexts.length);
      strictOffsets.push(strictTexts.length);
      foldedTexts.copyEnded(forms.folded, forms.foldedStarts[id] ?? 0);
      const strictStart = forms.strictStarts[id] ?? noValue;
      if (strictStart !== noValue) strictTexts.copyEnded(forms.strict, strictStart);
    }
    valueIds[id] = foldedOffsets.length - 1;
    previous = id;
  }
  const valueCount = foldedOffsets.length;
  foldedOffsets.push(foldedTexts.length);
  strictOffsets.push(strictTexts.length);
  return {
    valueIds,
    valueCount,
    folded: foldedTexts.bytes,
    foldedOffsets: foldedOffsets.numbers,
    strict: strictTexts.bytes,
    strictOffsets: strictOffsets.numbers,
  };
}

/** Text ids that have a form, in order. */
function sortForms(forms: Forms): Uint32Array {
  const { folded, foldedStarts } = forms;
  let count = 0;
  for (const start of foldedStarts) if (start !== noValue) count++;
  if (count === foldedStarts.length) {
    const order = sortTexts(folded, foldedStarts);
    sortTies(forms, order);
    return order;
  }
  const idOf = new Uint32Array(count);
  const starts = new Uint32Array(count);
  let at = 0;
  for (let id = 0; id < foldedStarts.length; id++) {
    const start = foldedStarts[id] ?? noValue;
    if (start === noValue) continue;
    idOf[at] = id;
    starts[at++] = start;
  }
  const order = sortTexts(folded, starts);
  for (let place = 0; place < count; place++) order[place] = idOf[order[place] ?? 0] ?? 0;
  sortTies(forms, order);
  return order;
}

/** Puts texts that are the same once folded in the order of strict. */
function sortTies(forms: Forms, order: Uint32Array): void {
  let first = 0;
  let hasStrict = false;
  for (let at = 0; at <= order.length; at++) {
    const isTied =
      at < order.length && compareFolded(forms, order[first] ?? 0, order[at] ?? 0) === 0;
    if (!isTied) {
      if (hasStrict && at - first > 1) {
        order.subarray(first, at).sort((left, right) => compareStrict(forms, left, right));
      }
      first = at;
      hasStrict = false;
    }
    if (forms.strictStarts[order[at] ?? 0] !== noValue) hasStrict = true;
  }
}

function isSame(forms: Forms, left: number, right: number): boolean {
  return compareFolded(forms, left, right) === 0 && compareStrict(forms, left, right) === 0;
}

function compareFolded({ folded, foldedStarts }: Forms, left: number, right: number): number {
  return compareTexts(folded, foldedStarts[left] ?? 0, folded, foldedStarts[right] ?? 0);
}

/** Of texts that are the same once folded. */
function compareStrict(forms: Forms, left: number, right: number): number {
  const { folded, strict, foldedStarts, strictStarts } = forms;
  const leftStart = strictStarts[left] ?? noValue;
  const rightStart = strictStarts[right] ?? noValue;
  if (leftStart === noValue && rightStart === noValue) return 0;
  return compareTexts(
    leftStart === noValue ? folded : strict,
    leftStart === noValue ? (foldedStarts[left] ?? 0) : leftStart,
    rightStart === noValue ? folded : strict,
    rightStart === noValue ? (foldedStarts[right] ?? 0) : rightStart,
  );
}
