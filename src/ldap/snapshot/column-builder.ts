// One attribute of all entries, from texts as they come to a column.
import { foldAccents, prepareValue } from '../schema/prepare.js';
import type { Matching } from '../schema/served-schema.js';
import { GrowingNumbers, GrowingText } from './growing.js';
import { ListTable } from './list-table.js';
import { listFlag, noValue, type Column } from './segment.js';
import { sortTexts } from './sort-texts.js';

/**
 * Collects the values of one attribute. A *text id* is the place of a distinct text among those seen: a text is prepared
 * and encoded once, however many entries hold it.
 */
export class ColumnBuilder {
  readonly #textIds = new Map<string, number>();
  readonly #encoded = new GrowingText();
  readonly #encodedStarts = new GrowingNumbers();
  readonly #ofEntry = new GrowingNumbers();
  readonly #lists = new ListTable();

  /** The values of the next entry. */
  add(values: readonly string[]): void {
    const [first] = values;
    if (first === undefined) {
      this.#ofEntry.push(noValue);
    } else if (values.length === 1) {
      this.#ofEntry.push(this.#textIdOf(first));
    } else {
      const textIds = values.map((value) => this.#textIdOf(value));
      this.#ofEntry.push((listFlag | this.#lists.place(textIds)) >>> 0);
    }
  }

  #textIdOf(text: string): number {
    const known = this.#textIds.get(text);
    if (known !== undefined) return known;
    const textId = this.#textIds.size;
    this.#textIds.set(text, textId);
    this.#encodedStarts.push(this.#encoded.length);
    this.#encoded.append(text);
    return textId;
  }

  /** Whether each entry was given the same values as in `other`. */
  isSameAs(other: ColumnBuilder): boolean {
    return (
      this.#encoded.bytes.equals(other.#encoded.bytes) &&
      isSameNumbers(this.#encodedStarts.numbers, other.#encodedStarts.numbers) &&
      isSameNumbers(this.#ofEntry.numbers, other.#ofEntry.numbers) &&
      isSameNumbers(this.#lists.numbers, other.#lists.numbers)
    );
  }

  /** What was collected; the dictionary is given up. */
  finish(matching: Matching | undefined): CollectedColumn {
    const ranked = rankTexts([...this.#textIds.keys()], matching);
    this.#textIds.clear();
    this.#encodedStarts.push(this.#encoded.length);
    return {
      ofEntry: this.#ofEntry.numbers,
      lists: this.#lists.numbers,
      encoded: this.#encoded.bytes,
      encodedStarts: this.#encodedStarts.numbers,
      ranked,
    };
  }
}

function isSameNumbers(left: Uint32Array, right: Uint32Array): boolean {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytesOf(left).equals(bytesOf(right));
}

/** All values of an attribute, entries still being in the order in which they came. */
export type CollectedColumn = {
  /** As `Column.valueOfDoc` and `Column.lists`, but by entry, of text ids, in the order in which the entry shows them. */
  readonly ofEntry: Uint32Array;
  readonly lists: Uint32Array;
  /** Texts as they are shown, in UTF-8, one after the other; where each begins, and the length. */
  readonly encoded: Buffer;
  readonly encodedStarts: Uint32Array;
  readonly ranked: RankedTexts;
};

type ColumnTexts = Pick<
  Column,
  'valueCount' | 'folded' | 'foldedOffsets' | 'strict' | 'strictOffsets'
>;

type RankedTexts = ColumnTexts & {
  /** Value id of each text id; `noValue` where nothing is left of the text once prepared. */
  readonly valueIds: Uint32Array;
};

function rankTexts(texts: readonly string[], matching: Matching | undefined): RankedTexts {
  const forms: Form[] = [];
  const textIdOfForm = new GrowingNumbers();
  for (let textId = 0; textId < texts.length; textId++) {
    const text = texts[textId] ?? '';
    const strict = matching === undefined ? text : prepareValue(matching, text);
    if (strict === undefined) continue;
    textIdOfForm.push(textId);
    forms.push({ strict, folded: matching === 'caseIgnore' ? foldAccents(strict) : strict });
  }
  const order = sortForms(forms);
  const { valueOfForm, ...ranked } = writeRanked(forms, order);
  const valueIds = new Uint32Array(texts.length).fill(noValue);
  for (let form = 0; form < forms.length; form++) {
    valueIds[textIdOfForm.numbers[form] ?? 0] = valueOfForm[form] ?? noValue;
  }
  return { ...ranked, valueIds };
}

/** What is left of a text once prepared; several texts may come to the same. */
type Form = { readonly folded: string; readonly strict: string };

/** Numbers of the forms in the byte order of (folded, strict). */
function sortForms(forms: readonly Form[]): Uint32Array {
  const texts = new GrowingText();
  const starts = new Uint32Array(forms.length);
  for (const [number, { folded }] of forms.entries()) {
    starts[number] = texts.length;
    texts.appendEnded(folded);
  }
  const order = sortTexts(texts.bytes, starts);
  let first = 0;
  for (let at = 1; at <= order.length; at++) {
    const folded = forms[order[first] ?? 0]?.folded;
    if (at < order.length && forms[order[at] ?? 0]?.folded === folded) continue;
    if (at - first > 1) sortByStrict(forms, order.subarray(first, at));
    first = at;
  }
  return order;
}

function sortByStrict(forms: readonly Form[], order: Uint32Array): void {
  // Not by code unit, which is another order than that of UTF-8 beyond U+D7FF.
  const bytesOf = (number: number): Buffer => Buffer.from(forms[number]?.strict ?? '');
  order.sort((left, right) => Buffer.compare(bytesOf(left), bytesOf(right)) || left - right);
}

function writeRanked(
  forms: readonly Form[],
  order: Uint32Array,
): ColumnTexts & { readonly valueOfForm: Uint32Array } {
  const valueOfForm = new Uint32Array(forms.length);
  const foldedTexts = new GrowingText();
  const strictTexts = new GrowingText();
  const foldedOffsets = new GrowingNumbers();
  const strictOffsets = new GrowingNumbers();
  let previous: Form | undefined;
  for (const number of order) {
    const form = forms[number];
    if (form === undefined) continue;
    if (form.folded !== previous?.folded || form.strict !== previous.strict) {
      foldedOffsets.push(foldedTexts.length);
      strictOffsets.push(strictTexts.length);
      foldedTexts.appendEnded(form.folded);
      if (form.strict !== form.folded) strictTexts.appendEnded(form.strict);
      previous = form;
    }
    valueOfForm[number] = foldedOffsets.length - 1;
  }
  const valueCount = foldedOffsets.length;
  foldedOffsets.push(foldedTexts.length);
  strictOffsets.push(strictTexts.length);
  return {
    valueOfForm,
    valueCount,
    folded: foldedTexts.bytes,
    foldedOffsets: foldedOffsets.numbers,
    strict: strictTexts.bytes,
    strictOffsets: strictOffsets.numbers,
  };
}
