// What is collected of one attribute while entries come.
import type { Matching } from '../schema/served-schema.js';
import { GrowingNumbers } from './growing.js';
import { ListTable } from './list-table.js';
import type { RankedForms } from './rank-forms.js';
import { listFlag, noValue } from './segment.js';
import { isSameNumbers, TextTable } from './text-table.js';

/** All values of an attribute, entries still being in the order in which they came. */
export type CollectedColumn = {
  /** As `Column.valueOfDoc` and `Column.lists`, but by entry, of text ids, in the order in which the entry shows them. */
  readonly ofEntry: Uint32Array;
  readonly lists: Uint32Array;
  /** Texts as they are shown, in UTF-8, one after the other; where each begins, and the length. */
  readonly encoded: Buffer;
  readonly encodedStarts: Uint32Array;
  readonly ranked: RankedForms;
};

export class ColumnBuilder {
  readonly #texts: TextTable;
  readonly #ofEntry = new GrowingNumbers();
  readonly #lists = new ListTable();
  #lastValues: readonly string[] | undefined;
  #lastCode = noValue;

  constructor(matching: Matching | undefined) {
    this.#texts = new TextTable(matching);
  }

  /** The values of the next entry. */
  add(values: readonly string[]): void {
    this.addCode(this.codeOf(values));
  }

  /** As `add`, of a code that `codeOf` gave for the same values. */
  addCode(code: number): void {
    this.#ofEntry.push(code);
  }

  codeOf(values: readonly string[]): number {
    if (values !== this.#lastValues) {
      this.#lastCode = this.#findCode(values);
      this.#lastValues = values;
    }
    return this.#lastCode;
  }

  #findCode(values: readonly string[]): number {
    const [first] = values;
    if (first === undefined) return noValue;
    if (values.length === 1) return this.#texts.idOf(first);
    const textIds = values.map((value) => this.#texts.idOf(value));
    return (listFlag | this.#lists.place(textIds)) >>> 0;
  }

  /** Whether each entry was given the same values as in `other`, which prepares them alike. */
  isSameAs(other: ColumnBuilder): boolean {
    return (
      isSameNumbers(this.#ofEntry.numbers, other.#ofEntry.numbers) &&
      isSameNumbers(this.#lists.numbers, other.#lists.numbers) &&
      this.#texts.isSameAs(other.#texts)
    );
  }

  /** To be called last. */
  finish(): CollectedColumn {
    return {
      ofEntry: this.#ofEntry.numbers,
      lists: this.#lists.numbers,
      ...this.#texts.finish(),
    };
  }
}
