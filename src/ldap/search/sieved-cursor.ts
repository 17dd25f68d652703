// Values that hold several grams.
import { blockMax, GramCursor, readCost, TwoGramsCursor, type Gram } from './gram-cursor.js';
import { paused, type Meter } from './meter.js';
import type { ValueCursor } from './value-cursor.js';

/** Values that hold all of these grams. */
export function openGrams(first: Gram, others: readonly Gram[], meter: Meter): ValueCursor {
  const [second, ...rest] = others;
  if (!second) return new GramCursor(first);
  return rest.reduce<ValueCursor>(
    (values, gram) => new SievedCursor(values, gram, meter),
    new TwoGramsCursor(first, second, meter),
  );
}

/** Of the values of a cursor, those that hold a gram as well. */
class SievedCursor implements ValueCursor {
  readonly #meter: Meter;
  readonly #values: ValueCursor;
  readonly #gram: GramCursor;
  readonly #block = new Uint32Array(blockMax);
  #at = 0;
  #end = 0;

  constructor(values: ValueCursor, gram: Gram, meter: Meter) {
    this.#meter = meter;
    this.#values = values;
    this.#gram = new GramCursor(gram);
  }

  next(): number {
    while (this.#meter.workLeft > 0) {
      const value = this.#values.next();
      if (value < 0) return value;
      if (this.#gram.isBitmap ? this.#gram.holds(value) : this.#reaches(value)) return value;
      this.#meter.workLeft -= readCost;
    }
    return paused;
  }

  /** Reads on to `value`, or past it. */
  #reaches(value: number): boolean {
    const block = this.#block;
    for (;;) {
      while (this.#at < this.#end && (block[this.#at] ?? 0) < value) this.#at++;
      if (this.#at < this.#end) return block[this.#at] === value;
      this.#end = this.#gram.fill(block);
      this.#at = 0;
      if (this.#end === 0) return false;
      this.#meter.workLeft -= this.#end * readCost;
    }
  }
}
