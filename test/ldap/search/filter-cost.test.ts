import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { resultCode } from '../../../src/ldap/protocol/result-code.js';
import { FilterCursor, SpanCursor } from '../../../src/ldap/search/doc-cursor.js';
import { filterCost, filterCostMax } from '../../../src/ldap/search/filter-cost.js';
import { exhausted, paused, type Meter } from '../../../src/ldap/search/meter.js';
import { selectAttributes } from '../../../src/ldap/search/select-attributes.js';
import { startSearch } from '../../../src/ldap/search/start-search.js';
import { createDirectory } from '../../../src/ldap/directory/create-directory.js';
import { defaultLayout } from '../../../src/ldap/directory/layout.js';
import { inputOf, run } from './run-search.js';
import { attributes, oneView, rootDse } from './sample-directory.js';

const directory = createDirectory(defaultLayout);
const entries = ['jean', 'anne', 'zq7'].map((name) => ({
  dn: `mail=${name}@x.fr,ou=BAL,o=mssante,c=fr`,
  values: attributes.map((attribute) =>
    attribute.name === 'mail' ? [`${name}@x.fr`] : attribute.name === 'cn' ? [name] : [],
  ),
}));
const snapshot = oneView(entries);
const repeat = (count: number, make: (index: number) => Filter): Filter => ({
  kind: 'or',
  filters: Array.from({ length: count }, (_, index) => make(index)),
});
const equality = (attribute: string, value: string): Filter => ({
  kind: 'equality',
  attribute,
  value: Buffer.from(value),
});
const holding = (attribute: string, ...parts: string[]): Filter => ({
  kind: 'substrings',
  attribute,
  initial: undefined,
  any: parts.map((part) => Buffer.from(part)),
  final: undefined,
});
const anywhere = (value: string): Filter => ({
  kind: 'extensible',
  rule: 'caseIgnoreMatch',
  attribute: undefined,
  value: Buffer.from(value),
  dnAttributes: false,
});

describe('a filter that would stop the server while it is prepared', () => {
  const words = Array.from({ length: 10 }, (_, index) => `mot${index}`);
  const names = ['cn', 'givenName', 'sn', 'mail', 'description', 'o', 'ou', 'title', 'l', 'st'];
  const everyWord: Filter = {
    kind: 'and',
    filters: words.map((word) => ({
      kind: 'or',
      filters: names.map((name) => holding(name, word)),
    })),
  };
  const allowed: [name: string, filter: Filter][] = [
    ['a thousand addresses', repeat(1_000, (i) => equality('mail', `nom.${i}@exemple.mssante.fr`))],
    ['ten words in ten attributes', everyWord],
    ['a few words anywhere', repeat(3, (i) => anywhere(`mot${i}`))],
    ['as many constants as a message holds', repeat(16_000, () => ({ kind: 'unknown' }))],
  ];
  for (const [name, filter] of allowed) {
    test(`${name}: searched`, () =>
      assert.equal(filterCost(directory, filter) > filterCostMax, false));
  }
  const refused: [name: string, filter: Filter][] = [
    ['thousands of words', repeat(3_000, (i) => holding('cn', `mot${i}`))],
    ['thousands of addresses', repeat(3_000, (i) => equality('mail', `nom.${i}@exemple.fr`))],
    ['hundreds of words anywhere', repeat(300, (i) => anywhere(`mot${i}`))],
    ['hundreds of words in all names', repeat(300, (i) => holding('name', `mot${i}`))],
    ['one value that normalisation makes millions of', equality('cn', '\ufdfa'.repeat(80_000))],
    ['one value as long as a message', holding('cn', 'a'.repeat(250_000))],
    ['one value of thousands of parts', holding('cn', ...Array<string>(16_000).fill('a'))],
    ['all that, negated', { kind: 'not', filter: repeat(3_000, () => holding('cn', 'a')) }],
  ];
  for (const [name, filter] of refused) {
    test(`${name}: adminLimitExceeded`, () => {
      const start = startSearch(inputOf(snapshot, filter, { isAccentInsensitive: true }));
      assert.equal(start.kind === 'refused' && start.code, resultCode.adminLimitExceeded);
    });
  }
});

describe('a slice', () => {
  test('is over when its tests are, however few the entries they were of', () => {
    const meter: Meter = { examined: 0, pauseAt: Infinity, workLeft: 2_500 };
    let tested = 0;
    const wide = { weight: 1_000, test: () => ++tested < 0 };
    const cursor = new FilterCursor(new SpanCursor(0, 10), [wide], undefined, 0, meter);
    assert.equal(cursor.next(), paused);
    assert.equal(tested, 3);
    meter.workLeft = Infinity;
    assert.equal(cursor.next(), exhausted);
    assert.equal(tested, 10, 'none was passed over');
  });

  test('of a wide filter finds, in as many slices as it takes, what one slice finds', () => {
    const filter: Filter = {
      kind: 'not',
      filter: repeat(200, (i) => holding('cn', `zq${i}`)),
    };
    const input = inputOf(snapshot, filter, { isAccentInsensitive: true });
    const whole = run(input);
    assert.equal(whole.hits.length, 2);
    assert.deepEqual(run(input, 1), whole);
  });
});

test('thousands of names ask for no more than the attributes that there are', () => {
  const spellings = Array.from({ length: 4_000 }, (_, index) =>
    Array.from('structuralobjectclass', (letter, place) =>
      (index >> place) & 1 ? letter.toUpperCase() : letter,
    ).join(''),
  );
  const unknown = Array.from({ length: 4_000 }, (_, index) => `inconnu${index}`);
  const { descriptions } = selectAttributes(directory, [...spellings, ...unknown], false);
  assert.deepEqual(descriptions, ['structuralObjectClass']);
});

test('every attribute of the entries that are in no column is of a known type', () => {
  for (const entry of [rootDse, directory.baseEntry, directory.subschema]) {
    const names = entry.attributes.map(({ name }) => name);
    assert.ok(names.length > 0);
    const { descriptions } = selectAttributes(directory, names, false);
    assert.deepEqual(descriptions, names);
  }
});
