// Sorting, virtual lists and pages of what a search found.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import type { VirtualListView } from '../../../src/ldap/protocol/control.js';
import type { Filter, SearchRequest } from '../../../src/ldap/protocol/request.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';
import { foldAccents, prepareValue } from '../../../src/ldap/schema/prepare.js';
import { PagedSearches, type Page } from '../../../src/ldap/search/paged-search.js';
import { secondViewFlag } from '../../../src/ldap/search/search-run.js';
import { listFingerprint } from '../../../src/ldap/search/search-fingerprint.js';
import { SortedLists } from '../../../src/ldap/search/sorted-lists.js';
import { sortHits } from '../../../src/ldap/search/sort-hits.js';
import { planSort, type SortColumn } from '../../../src/ldap/search/sort-plan.js';
import { sliceVirtualList } from '../../../src/ldap/search/virtual-list.js';
import { MemoryBudget } from '../../../src/ldap/server/memory-budget.js';
import type { Snapshot } from '../../../src/ldap/snapshot/segment.js';
import {
  attributes,
  dnsOf,
  entriesArbitrary,
  oneView,
  sampleDirectory,
  twoViews,
} from './sample-directory.js';

const directory = sampleDirectory(true);

/** All slices of a sort, one after the other. */
function sortAll(
  snapshot: Snapshot,
  hits: Uint32Array,
  columns: readonly SortColumn[],
): { readonly sorted: Uint32Array; readonly slices: number } {
  const sorting = sortHits(snapshot, hits, columns);
  for (let slices = 1; ; slices++) {
    const step = sorting.next();
    if (step.done === true) return { sorted: step.value, slices };
  }
}

function allHits({ views }: Snapshot): Uint32Array {
  const hits: number[] = [];
  for (const [place, { segment, removed }] of views.entries()) {
    for (let doc = 0; doc < segment.docCount; doc++) {
      if (((removed?.[doc >> 3] ?? 0) & (1 << (doc & 7))) !== 0) continue;
      hits.push(place === 0 ? doc : doc + secondViewFlag);
    }
  }
  return Uint32Array.from(hits);
}

/** The least value as indexes order it: folded, then with diacritics. */
function sortKeyOf(entry: DirectoryEntry | undefined, name: string): string | undefined {
  const index = attributes.findIndex((attribute) => attribute.name === name);
  const rule = attributes[index]?.equality;
  const keys = (entry?.values[index] ?? []).flatMap((value) => {
    const prepared = rule && prepareValue(rule, value);
    return prepared === undefined ? [] : [`${foldAccents(prepared)}\0${prepared}`];
  });
  return keys.sort(compareBytes)[0];
}

test('few hits among many values and many among few are sorted alike', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `n${(i * 7919) % 1000}`);
  const many = named(names);
  const all = allHits(many);
  const order = sortAll(many, all, [{ index: 1, isReverse: false }]).sorted;
  assert.deepEqual(order, all);
  const byMail = [{ index: 3, isReverse: true }];
  const sorted = [...sortAll(many, all, byMail).sorted];
  const few = all.filter((hit) => hit % 100 === 0);
  const expected = sorted.filter((hit) => hit % 100 === 0);
  assert.notDeepEqual([...few], expected);
  assert.deepEqual([...sortAll(many, few, byMail).sorted], expected);
});

test('many hits are sorted in many slices, those that are in order already in one pass', () => {
  const names = Array.from({ length: 40_000 }, (_, i) => `n${(i * 7919) % 40_000}`);
  const many = named(names);
  const all = allHits(many);
  const byName = sortAll(many, all, [{ index: 1, isReverse: false }]);
  const byMail = sortAll(many, all, [{ index: 3, isReverse: true }]);
  assert.equal(byName.sorted, all);
  // Three passes more, of as many slices each.
  assert.ok(byName.slices >= 4, `${byName.slices} slices`);
  assert.ok(byMail.slices >= 3 * byName.slices, `${byMail.slices} slices`);
  const mails = dnsOf(many, byMail.sorted);
  assert.deepEqual(mails, mails.toSorted(compareBytes).reverse());
});

test('sorted lists are shared, bounded in number and bytes, and go with their snapshot or after a while', () => {
  const lists = new SortedLists({ listsMax: 2, bytesMax: 100, idleMs: 1000 });
  const hits = Uint32Array.of(2, 0, 1);
  lists.keep('a', letters, hits, 0);
  lists.keep('b', letters, hits, 0);
  assert.equal(lists.find('a', letters, 10), hits);
  assert.equal(lists.find('a', oneView([]), 10), undefined);
  lists.keep('c', letters, hits, 20);
  // The least recently used made room.
  const found = ['a', 'b', 'c'].map((key) => lists.find(key, letters, 30) !== undefined);
  assert.deepEqual(found, [true, false, true]);
  lists.keep('d', letters, new Uint32Array(26), 30);
  assert.equal(lists.find('d', letters, 30), undefined);
  lists.keep('e', letters, new Uint32Array(25), 30);
  assert.equal(lists.count, 1);
  lists.sweep(letters, 1029);
  assert.equal(lists.count, 1);
  lists.sweep(letters, 1030);
  assert.equal(lists.count, 0);
  lists.keep('a', letters, hits, 1040);
  lists.sweep(oneView([]), 1040);
  assert.equal(lists.count, 0);
});

test('searches have one fingerprint when they ask for the same, and only then', () => {
  const value = Buffer.from('x');
  const leaf: Filter = { kind: 'equality', attribute: 'cn', value };
  const other: Filter = { kind: 'equality', attribute: 'cn', value: Buffer.from('y') };
  const substrings = { kind: 'substrings', attribute: 'cn' } as const;
  const extensible = { kind: 'extensible', value, dnAttributes: false } as const;
  const filters: readonly Filter[] = [
    leaf,
    other,
    { ...leaf, kind: 'approx' },
    { kind: 'present', attribute: 'cn' },
    { kind: 'not', filter: leaf },
    { kind: 'and', filters: [leaf, { kind: 'or', filters: [other] }] },
    { kind: 'and', filters: [leaf, { kind: 'or', filters: [] }, other] },
    { kind: 'and', filters: [{ kind: 'or', filters: [leaf, other] }] },
    { ...substrings, initial: value, any: [], final: undefined },
    { ...substrings, initial: undefined, any: [value], final: undefined },
    { ...substrings, initial: undefined, any: [], final: value },
    { ...substrings, initial: undefined, any: [value, Buffer.alloc(0)], final: undefined },
    { ...extensible, attribute: undefined, rule: 'r' },
    { ...extensible, attribute: '-', rule: 'r' },
    { ...extensible, attribute: 'r', rule: undefined },
    { kind: 'unknown' },
  ];
  const fingerprints = filters.map((filter) => listFingerprint({ ...request, filter }, ''));
  assert.equal(new Set(fingerprints).size, filters.length);
  assert.equal(listFingerprint({ ...request, messageId: 9, filter: leaf }, ''), fingerprints[0]);
  assert.notEqual(listFingerprint({ ...request, filter: leaf }, 'cn'), fingerprints[0]);
  assert.notEqual(listFingerprint({ ...request, filter: leaf, scope: 'one' }, ''), fingerprints[0]);
});

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareKeys(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareBytes(a, b);
}

test('sorting orders by each key in turn, over two views, and keeps the order of equals', () => {
  const sorted = ['cn', 'sn', 'mail', 'title', 'rank'];
  fc.assert(
    fc.property(
      entriesArbitrary,
      entriesArbitrary,
      fc.array(fc.record({ attribute: fc.constantFrom(...sorted), isReverse: fc.boolean() }), {
        minLength: 1,
        maxLength: 3,
      }),
      (base, changed, keys) => {
        const { snapshot, entries } = twoViews(base, changed);
        const hits = allHits(snapshot);
        const byDn = new Map(entries.map((entry) => [entry.dn, entry]));
        const expected = dnsOf(snapshot, hits).sort((a, b) => {
          for (const { attribute, isReverse } of keys) {
            const order = compareKeys(
              sortKeyOf(byDn.get(a), attribute),
              sortKeyOf(byDn.get(b), attribute),
            );
            if (order !== 0) return isReverse ? -order : order;
          }
          return 0;
        });
        const plan = planSort(
          directory,
          keys.map((key) => ({ ...key, rule: undefined })),
        );
        assert.ok(plan.kind === 'columns');
        assert.deepEqual(dnsOf(snapshot, sortAll(snapshot, hits, plan.columns).sorted), expected);
      },
    ),
    { numRuns: 150 },
  );
});

test('a sort by what is unknown or by a rule that does not fit says which key is at fault', () => {
  const refusals: [attribute: string, rule: string | undefined, code: number][] = [
    ['nothing', undefined, resultCode.noSuchAttribute],
    ['userCertificate', undefined, resultCode.inappropriateMatching],
    ['cn', 'numericStringMatch', resultCode.inappropriateMatching],
    ['cn', '1.2.3', resultCode.inappropriateMatching],
  ];
  for (const [attribute, rule, code] of refusals) {
    const plan = planSort(directory, [
      { attribute: 'sn', rule: undefined, isReverse: false },
      { attribute, rule, isReverse: false },
    ]);
    assert.deepEqual(plan, { kind: 'refused', code, attribute });
  }
});

test('a text without case is sorted by the rule of order that clients know, whatever its own', () => {
  for (const rule of ['caseIgnoreOrderingMatch', 'caseIgnoreIA5Match', undefined]) {
    const plan = planSort(directory, [{ attribute: 'mail', rule, isReverse: false }]);
    assert.equal(plan.kind, 'columns', rule);
  }
});

function named(names: readonly string[]): Snapshot {
  return oneView(
    names.map((name, place) => ({
      dn: `mail=${place}@a.fr,${directory.baseDn}`,
      values: attributes.map((attribute) =>
        attribute.name === 'mail' ? [`${place}@a.fr`] : attribute.name === 'cn' ? [name] : [],
      ),
    })),
  );
}

const letters = named(['a', 'b', 'c', 'Élodie', 'elsa', 'f', 'g', 'h', 'i', 'j']);

function view(asked: Omit<VirtualListView, 'contextId'>, isReverse = false) {
  const columns = [{ index: 1, isReverse }];
  const hits = sortAll(letters, allHits(letters), columns).sorted;
  return sliceVirtualList(directory, letters, hits, columns, { ...asked, contextId: undefined });
}

function atOffset(offset: number, contentCount: number, beforeCount = 1, afterCount = 2) {
  const { first, end, result } = view({
    beforeCount,
    afterCount,
    target: { kind: 'offset', offset, contentCount },
  });
  return [first, end, result.targetPosition, result.code];
}

test('a virtual list is cut around an offset, in proportion when the client has another length in mind', () => {
  assert.deepEqual(atOffset(5, 0), [3, 7, 5, 0]);
  assert.deepEqual(atOffset(5, 10), [3, 7, 5, 0]);
  assert.deepEqual(atOffset(1, 10), [0, 3, 1, 0]);
  assert.deepEqual(atOffset(10, 10), [8, 10, 10, 0]);
  assert.deepEqual(atOffset(500, 1000), [3, 7, 5, 0]);
  assert.deepEqual(atOffset(1000, 1000), [8, 10, 10, 0]);
  assert.deepEqual(atOffset(1, 1000), [0, 3, 1, 0]);
  assert.deepEqual(atOffset(99, 0), [9, 10, 11, 0]);
  assert.deepEqual(atOffset(0, 10), [0, 0, 0, resultCode.offsetRangeError]);
  assert.deepEqual(atOffset(11, 10), [0, 0, 0, resultCode.offsetRangeError]);
  assert.deepEqual(atOffset(5, 0, 2 ** 31 - 1, 2 ** 31 - 1), [0, 10, 5, 0]);
});

test('a virtual list is cut around the first entry that is not before a value', () => {
  const target = (text: string, isReverse = false): number =>
    view(
      { beforeCount: 0, afterCount: 0, target: { kind: 'value', value: Buffer.from(text) } },
      isReverse,
    ).result.targetPosition;
  assert.equal(target('EL'), 4);
  assert.equal(target('élodie'), 4);
  assert.equal(target('els'), 5);
  assert.equal(target('a'), 1);
  assert.equal(target('z'), 11);
  assert.equal(target('j', true), 1);
  assert.equal(target('d', true), 8);
  const bad = view({
    beforeCount: 0,
    afterCount: 0,
    target: { kind: 'value', value: Buffer.from([0xff]) },
  });
  assert.equal(bad.result.code, resultCode.virtualListViewError);
});

const request: SearchRequest = {
  kind: 'search',
  messageId: 1,
  controls: [],
  baseObject: directory.baseDn,
  scope: 'sub',
  sizeLimit: 0,
  timeLimitSeconds: 0,
  typesOnly: false,
  filter: { kind: 'equality', attribute: 'cn', value: Buffer.from('x') },
  attributes: [],
};

const list = {
  snapshot: letters,
  statics: [directory.baseEntry],
  hits: Uint32Array.of(0, 1, 2, 3, 4, 5, 6),
  code: resultCode.sizeLimitExceeded,
};
const limits = { listsMax: 2, bytesMax: 100, idleMs: 1000 };
const shared = new MemoryBudget(1000);

function pageOf(answer: ReturnType<PagedSearches['open']>): Page {
  assert.ok(answer.kind === 'page');
  return answer.page;
}

test('pages give every entry once, and the code of the whole with the last', () => {
  const paged = new PagedSearches(limits, shared);
  let page = pageOf(paged.open(request, list, 3, 0));
  const seen: (number | string)[] = [];
  for (let pages = 1; ; pages++) {
    assert.ok(pages <= 3);
    seen.push(...page.statics.map(({ dn }) => dn), ...page.hits);
    assert.equal(page.total, 8);
    if (page.cookie.length === 0) break;
    assert.equal(page.code, resultCode.success);
    page = pageOf(paged.resume({ ...request, messageId: pages + 1 }, page.cookie, 3, 0));
  }
  assert.equal(page.code, resultCode.sizeLimitExceeded);
  assert.deepEqual(seen, [directory.baseDn, 0, 1, 2, 3, 4, 5, 6]);
  assert.equal(paged.count, 0);
});

test('a cookie serves once, for its own search, for a while', () => {
  const paged = new PagedSearches(limits, shared);
  const { cookie } = pageOf(paged.open(request, list, 3, 0));
  const other: SearchRequest = {
    ...request,
    filter: { kind: 'equality', attribute: 'cn', value: Buffer.from('y') },
  };
  assert.equal(paged.resume(other, cookie, 3, 0).kind, 'refused');
  assert.equal(paged.resume({ ...request, attributes: ['cn'] }, cookie, 3, 0).kind, 'refused');
  assert.equal(paged.resume(request, Buffer.from('x'), 3, 0).kind, 'refused');
  const next = pageOf(paged.resume(request, cookie, 3, 0));
  assert.equal(paged.resume(request, cookie, 3, 0).kind, 'refused');
  assert.equal(paged.resume(request, next.cookie, 3, 1000).kind, 'refused');
  assert.equal(paged.count, 0);
});

test('a walk that never stops is ended: its list is of a directory that may have hidden entries since', () => {
  const paged = new PagedSearches(limits, shared);
  const many = { ...list, hits: new Uint32Array(20) };
  let { cookie } = pageOf(paged.open(request, many, 1, 0));
  for (const nowMs of [900, 1800, 2700])
    ({ cookie } = pageOf(paged.resume(request, cookie, 1, nowMs)));
  assert.equal(paged.resume(request, cookie, 1, 3000).kind, 'refused');
  assert.equal(paged.count, 0);
});

test('a page of size 0 gives the search up', () => {
  const paged = new PagedSearches(limits, shared);
  const { cookie } = pageOf(paged.open(request, list, 3, 0));
  const page = pageOf(paged.resume(request, cookie, 0, 0));
  assert.equal(page.cookie.length, 0);
  assert.equal(page.hits.length + page.statics.length, 0);
  assert.equal(paged.count, 0);
});

test('what is kept is bounded in number and bytes, the oldest going first', () => {
  const paged = new PagedSearches(limits, shared);
  const cookies = [1, 2, 3].map(() => pageOf(paged.open(request, list, 3, 0)).cookie);
  assert.equal(paged.count, 2);
  const kinds = cookies.map((cookie) => paged.resume(request, cookie, 9, 0).kind);
  assert.deepEqual(kinds, ['refused', 'page', 'page']);
  const large = { ...list, hits: new Uint32Array(26) };
  assert.equal(paged.open(request, large, 3, 0).kind, 'refused');
  assert.equal(paged.open(request, large, 100, 0).kind, 'page');
  const half = { ...list, hits: new Uint32Array(14) };
  paged.open(request, half, 3, 0);
  paged.open(request, half, 3, 0);
  assert.equal(paged.count, 1);
  paged.clear();
  const poor = new MemoryBudget(60);
  const others = [1, 2].map(() => new PagedSearches(limits, poor));
  const shares = others.map((other) => other.open(request, half, 3, 0).kind);
  assert.deepEqual(shares, ['page', 'refused']);
  others[0]?.clear();
  assert.equal(poor.bytes, 0);
});
