import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import {
  KnownLines,
  lineIsDuplicate,
  lineIsInService,
  lineIsNew,
} from '../../../src/extractions/text/known-lines.js';

test('verdicts are those of a set of pairs, through growth and collisions', () => {
  // Few distinct low halves: probe chains get long.
  const pair = fc.tuple(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -400, max: 400 }).map((high) => high * 4),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(pair, { selector: String, maxLength: 900 }),
      fc.array(pair, { maxLength: 900 }),
      (inService, file) => {
        const known = new KnownLines(0);
        // (1, 0) and (0, 0) are one and the same by design.
        const keyOf = ([low, high]: readonly [number, number]): string =>
          low === 0 && high === 0 ? '1,0' : `${low},${high}`;
        const before = new Set<string>();
        for (const line of inService) {
          if (before.has(keyOf(line))) continue;
          before.add(keyOf(line));
          known.add(...line);
        }
        const met = new Set<string>();
        for (const line of file) {
          const expected = met.has(keyOf(line))
            ? lineIsDuplicate
            : before.has(keyOf(line))
              ? lineIsInService
              : lineIsNew;
          met.add(keyOf(line));
          assert.equal(known.meet(...line), expected);
        }
        const gone: string[] = [];
        known.forEachGone((low, high) => gone.push(`${low},${high}`));
        const expectedGone = [...before].filter((key) => !met.has(key));
        assert.deepEqual(gone.sort(), expectedGone.sort());
        assert.equal(known.goneCount, expectedGone.length);
        assert.equal(known.inServiceCount, before.size);
      },
    ),
  );
});

test('a line met again after a bad one of the same hash is judged anew, then is a duplicate', () => {
  const known = new KnownLines(0);
  assert.equal(known.meet(7, 8), lineIsNew);
  known.reject(7, 8);
  assert.equal(known.meet(7, 8), lineIsNew);
  known.reject(7, 8);
  assert.equal(known.meet(7, 8), lineIsNew);
  assert.equal(known.meet(7, 8), lineIsDuplicate);
});
