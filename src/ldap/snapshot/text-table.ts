// The texts of one attribute, as bytes from the moment they come: strings that live long are what costs the collector most.
import { foldAccents, prepareValue } from '../schema/prepare.js';
import type { Matching } from '../schema/served-schema.js';
import { GrowingNumbers, GrowingText } from './growing.js';
import { rankForms, type Forms, type RankedForms } from './rank-forms.js';
import { noValue } from './segment.js';

/** From this many distinct texts on, the dictionary must prove useful to be kept. */
const dictionaryMin = 8192;

/**
 * A *text id* is the rank at which a text came. Texts that repeat have one id, prepared and encoded once, as long as most do
 * repeat; in columns where few do, each time is another id, which ranking brings back together.
 */
export class TextTable {
  readonly #matching: Matching | undefined;
  /** Plain ASCII is prepared by putting it in lower case. */
  readonly #isText: boolean;
  #ids: Map<string, number> | undefined = new Map();
  #askedCount = 0;
  readonly #encoded = new GrowingText();
  readonly #encodedStarts = new GrowingNumbers();
  readonly #folded = new GrowingText();
  readonly #foldedStarts = new GrowingNumbers();
  readonly #strict = new GrowingText();
  readonly #strictStarts = new GrowingNumbers();

  constructor(matching: Matching | undefined) {
    this.#matching = matching;
    this.#isText = matching === 'caseIgnore' || matching === 'caseIgnoreIa5';
  }

  idOf(text: string): number {
    const ids = this.#ids;
    if (!ids) return this.#append(text);
    this.#askedCount++;
    const known = ids.get(text);
    if (known !== undefined) return known;
    const id = this.#append(text);
    ids.set(text, id);
    if (ids.size % dictionaryMin === 0 && ids.size * 2 > this.#askedCount) this.#ids = undefined;
    return id;
  }

  /** Texts as they are shown, in UTF-8, one after the other; where each begins, and the length. To be called last. */
  finish(): { readonly encoded: Buffer; readonly encodedStarts: Uint32Array; ranked: RankedForms } {
    this.#ids = undefined;
    this.#encodedStarts.push(this.#encoded.length);
    return {
      encoded: this.#encoded.bytes,
      encodedStarts: this.#encodedStarts.numbers,
      ranked: rankForms(this.#forms()),
    };
  }

  isSameAs(other: TextTable): boolean {
    return (
      this.#matching === other.#matching &&
      isSameNumbers(this.#encodedStarts.numbers, other.#encodedStarts.numbers) &&
      this.#encoded.bytes.equals(other.#encoded.bytes)
    );
  }

  #forms(): Forms {
    return {
      folded: this.#folded.bytes,
      foldedStarts: this.#foldedStarts.numbers,
      strict: this.#strict.bytes,
      strictStarts: this.#strictStarts.numbers,
    };
  }

  #append(text: string): number {
    const id = this.#encodedStarts.length;
    this.#encodedStarts.push(this.#encoded.length);
    const start = this.#encoded.length;
    this.#encoded.append(text);
    const foldedStart = this.#folded.length;
    if (this.#isText && this.#folded.appendPlainFolded(this.#encoded, start)) {
      this.#foldedStarts.push(foldedStart);
      this.#strictStarts.push(noValue);
      return id;
    }
    const strict = this.#matching === undefined ? text : prepareValue(this.#matching, text);
    if (strict === undefined) {
      this.#foldedStarts.push(noValue);
      this.#strictStarts.push(noValue);
      return id;
    }
    const folded = this.#matching === 'caseIgnore' ? foldAccents(strict) : strict;
    this.#foldedStarts.push(this.#folded.length);
    this.#folded.appendEnded(folded);
    const isFolded = folded !== strict;
    this.#strictStarts.push(isFolded ? this.#strict.length : noValue);
    if (isFolded) this.#strict.appendEnded(strict);
    return id;
  }
}

export function isSameNumbers(left: Uint32Array, right: Uint32Array): boolean {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytesOf(left).equals(bytesOf(right));
}
