// The search against a model without an index, on generated entries and filters.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import type { Filter, SearchScope } from '../../../src/ldap/protocol/request.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';
import { inputOf, run } from './run-search.js';
import { evaluate } from './filter-model.js';
import { filterArbitrary, rankedFilterArbitrary } from './filter-arbitrary.js';
import { dnsOf, entriesArbitrary, twoViews } from './sample-directory.js';

function matching(
  filter: Filter,
  entries: readonly DirectoryEntry[],
  isAccentInsensitive: boolean,
): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const entry of entries) {
    const verdict = evaluate(filter, entry, { isAccentInsensitive });
    if (typeof verdict === 'number') ranks.set(entry.dn, verdict);
  }
  return ranks;
}

test('a search finds what the filter means, over two views, with and without the extension', () => {
  let found = 0;
  fc.assert(
    fc.property(
      entriesArbitrary,
      entriesArbitrary,
      fc.array(filterArbitrary, { minLength: 20, maxLength: 60 }),
      fc.boolean(),
      (base, changed, filters, isAccentInsensitive) => {
        const { snapshot, entries } = twoViews(base, changed);
        for (const filter of filters) {
          const expected = [...matching(filter, entries, isAccentInsensitive).keys()];
          const result = run(inputOf(snapshot, filter, { isAccentInsensitive }));
          assert.equal(result.code, resultCode.success);
          assert.deepEqual(dnsOf(snapshot, result.hits).sort(), expected.sort());
          found += expected.length;
        }
      },
    ),
    { numRuns: 80 },
  );
  assert.ok(found > 1000, `only ${found} matches`);
});

test('the extension only ever adds entries, whatever the NOTs', () => {
  fc.assert(
    fc.property(
      entriesArbitrary,
      fc.array(filterArbitrary, { minLength: 20, maxLength: 60 }),
      (base, filters) => {
        const { snapshot } = twoViews(base, []);
        for (const filter of filters) {
          const strict = run(inputOf(snapshot, filter, { isAccentInsensitive: false }));
          const folded = run(inputOf(snapshot, filter, { isAccentInsensitive: true }));
          const more = new Set(folded.hits);
          for (const hit of strict.hits) assert.ok(more.has(hit));
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a size limit keeps the entries of the best ranks, in their order', () => {
  let cut = 0;
  fc.assert(
    fc.property(
      entriesArbitrary,
      entriesArbitrary,
      fc.array(rankedFilterArbitrary, { minLength: 20, maxLength: 60 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 6 }),
      (base, changed, filters, isAccentInsensitive, sizeMax) => {
        const { snapshot, entries } = twoViews(base, changed);
        for (const filter of filters) {
          const ranks = matching(filter, entries, isAccentInsensitive);
          const expected = [...ranks.values()].sort().slice(0, sizeMax);
          const result = run(inputOf(snapshot, filter, { isAccentInsensitive, sizeMax }));
          const dns = dnsOf(snapshot, result.hits);
          assert.equal(new Set(dns).size, dns.length);
          assert.deepEqual(
            dns.map((dn) => ranks.get(dn)),
            expected,
          );
          const isCut = ranks.size > sizeMax;
          assert.equal(result.code, isCut ? resultCode.sizeLimitExceeded : resultCode.success);
          if (isCut) cut++;
        }
      },
    ),
    { numRuns: 70 },
  );
  assert.ok(cut > 500, `only ${cut} cut`);
});

const limitedArbitrary = fc.record({
  filter: filterArbitrary,
  sizeMax: fc.constantFrom(0, 1, 3),
  candidatesMax: fc.constantFrom(0, 2, 5, Infinity),
  scope: fc.constantFrom<SearchScope>('one', 'sub', 'base'),
});

test('slices of any size give the same result, limits included', () => {
  const codes = new Set<number>();
  fc.assert(
    fc.property(
      entriesArbitrary,
      entriesArbitrary,
      fc.array(limitedArbitrary, { minLength: 20, maxLength: 60 }),
      (base, changed, searches) => {
        const { snapshot } = twoViews(base, changed);
        for (const { filter, ...limits } of searches) {
          const options = { isAccentInsensitive: true, ...limits };
          const whole = run(inputOf(snapshot, filter, options));
          const sliced = run(inputOf(snapshot, filter, options), 1);
          assert.deepEqual(sliced, whole);
          codes.add(whole.code);
        }
      },
    ),
    { numRuns: 40 },
  );
  const { success, sizeLimitExceeded, adminLimitExceeded } = resultCode;
  assert.deepEqual([...codes].sort(compareNumbers), [
    success,
    sizeLimitExceeded,
    adminLimitExceeded,
  ]);
});

test('the scope decides which entries are looked at', () => {
  fc.assert(
    fc.property(
      entriesArbitrary.filter((entries) => entries.length > 1),
      fc.array(limitedArbitrary, { minLength: 10, maxLength: 30 }),
      (base, searches) => {
        const { snapshot, entries } = twoViews(base, []);
        const entry = entries[0];
        assert.ok(entry);
        const baseObject = entry.dn.toUpperCase().replace(',', ' , ');
        for (const { filter, scope } of searches) {
          const options = { isAccentInsensitive: false, scope, baseObject };
          const result = run(inputOf(snapshot, filter, options));
          const isFound: boolean = scope !== 'one' && matching(filter, [entry], false).size === 1;
          assert.deepEqual(dnsOf(snapshot, result.hits), isFound ? [entry.dn] : []);
        }
      },
    ),
    { numRuns: 40 },
  );
});

function compareNumbers(a: number, b: number): number {
  return a - b;
}
