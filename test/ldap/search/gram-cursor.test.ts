import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ValueCursor } from '../../../src/ldap/search/value-cursor.js';
import { GramCursor, TwoGramsCursor, type Gram } from '../../../src/ldap/search/gram-cursor.js';
import { exhausted, paused, type Meter } from '../../../src/ldap/search/meter.js';
import { openGrams } from '../../../src/ldap/search/sieved-cursor.js';
import { packGrams } from '../../../src/ldap/snapshot/pack-grams.js';
import fc from '../../support/fast-check.js';

const valueCount = 40_000;

/** Lists long enough for several blocks, in steps of one and two bytes, and one that is a bitmap. */
const values = fc
  .record({
    step: fc.constantFrom(2, 7, 60, 150, 900),
    first: fc.integer({ min: 0, max: 300 }),
    skipped: fc.uniqueArray(fc.integer({ min: 0, max: valueCount }), { maxLength: 40 }),
  })
  .map(({ step, first, skipped }) => {
    const all: number[] = [];
    for (let value = first; value < valueCount; value += step) {
      if (!skipped.includes(value)) all.push(value);
    }
    return all;
  });

/** Gram 0 is that list. */
function gramOf(list: readonly number[]): Gram {
  const bytes: number[] = [];
  let last = 0;
  for (const value of list) {
    let delta = value - last;
    for (; delta >= 0x80; delta >>>= 7) bytes.push((delta & 0x7f) | 0x80);
    bytes.push(delta);
    last = value;
  }
  const built = {
    offsets: Uint32Array.of(0, bytes.length),
    counts: Uint32Array.of(list.length),
    lists: Uint8Array.from(bytes),
  };
  return { index: packGrams(built, valueCount), slot: 0, count: list.length };
}

function readAll(cursor: ValueCursor, meter: Meter, work: number): number[] {
  const read: number[] = [];
  for (let pauses = 0; pauses < 100_000;) {
    const value = cursor.next();
    if (value === exhausted) return read;
    if (value >= 0) read.push(value);
    else {
      assert.equal(value, paused);
      pauses++;
      meter.workLeft = work;
    }
  }
  throw new Error('a cursor that does not end');
}

test('two lists, or a list and bits, give what they have in common, however often they pause', () => {
  fc.assert(
    fc.property(values, values, fc.constantFrom(0.1, 1, 20, Infinity), (left, right, work) => {
      const held = new Set(right);
      const meter: Meter = { examined: 0, pauseAt: Infinity, workLeft: work };
      const cursor = new TwoGramsCursor(gramOf(left), gramOf(right), meter);
      assert.deepEqual(
        readAll(cursor, meter, work),
        left.filter((value) => held.has(value)),
      );
    }),
    { numRuns: 300 },
  );
});

test('any number of lists and bits give what all of them hold, however often they pause', () => {
  const some = fc.array(values, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(some, fc.constantFrom(0.1, 1, 20, Infinity), (lists, work) => {
      const meter: Meter = { examined: 0, pauseAt: Infinity, workLeft: work };
      const [first = [], ...others] = lists;
      const cursor = openGrams(gramOf(first), others.map(gramOf), meter);
      const held = others.map((list) => new Set(list));
      assert.deepEqual(
        readAll(cursor, meter, work),
        first.filter((value) => held.every((set) => set.has(value))),
      );
    }),
    { numRuns: 300 },
  );
});

test('a list is read in blocks as it is one by one', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 70 }), (list, size) => {
      const cursor = new GramCursor(gramOf(list));
      const block = new Uint32Array(size);
      const read: number[] = [];
      for (let count = cursor.fill(block); count > 0; count = cursor.fill(block)) {
        read.push(...block.subarray(0, count));
      }
      assert.deepEqual(read, list);
      assert.equal(cursor.fill(block), 0);
      const meter: Meter = { examined: 0, pauseAt: Infinity, workLeft: Infinity };
      assert.deepEqual(readAll(new GramCursor(gramOf(list)), meter, Infinity), list);
    }),
    { numRuns: 100 },
  );
});

test('reading lists that have nothing in common is work, and pauses', () => {
  const even = Array.from({ length: 2_000 }, (_, at) => at * 20);
  const meter: Meter = { examined: 0, pauseAt: Infinity, workLeft: 20 };
  const odd = even.map((value) => value + 1);
  const cursor = new TwoGramsCursor(gramOf(even), gramOf(odd), meter);
  assert.equal(cursor.next(), paused);
  assert.ok(meter.workLeft <= 0 && meter.workLeft > -20, `${meter.workLeft}`);
});
