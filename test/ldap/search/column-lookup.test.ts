import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import {
  equalEnd,
  lowerBound,
  prefixEnd,
  wordBound,
} from '../../../src/ldap/search/column-lookup.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import type { Column } from '../../../src/ldap/snapshot/segment.js';
import { attributes, schema } from './sample-directory.js';

// Enough for many fences, with long runs of texts that begin alike.
const texts = Array.from({ length: 3000 }, (_, i) => {
  const stem = ['martin', 'martine', 'mar', 'dupont-durand', 'é'][i % 5] ?? '';
  return `${stem}${i % 7 === 0 ? '' : ` ${(i * 7919) % 1000}`}${i % 11 === 0 ? ' bis' : ''}`;
});

function columnOf(values: readonly string[]): Column {
  const entries = values.map((value, place): DirectoryEntry => ({
    dn: `mail=${place}`,
    values: attributes.map(({ name }) => (name === 'cn' ? [value] : [])),
  }));
  const column = buildSegment(schema, entries).columns[1];
  assert.ok(column);
  return column;
}

function foldedTexts({ folded, foldedOffsets, valueCount }: Column): Buffer[] {
  return Array.from({ length: valueCount }, (_, value) =>
    folded.subarray(foldedOffsets[value], (foldedOffsets[value + 1] ?? 0) - 1),
  );
}

const needles = [
  'm',
  'mar',
  'martin',
  'martine',
  'martin 5',
  'martin 500',
  'dupont',
  'dupont-durand 9',
]
  .concat([
    'dupont-d',
    'a',
    'zz',
    'e',
    'e 12',
    'mas',
    'martin 500 bis',
    '5',
    'bis',
    'durand',
    'durand 7',
  ])
  .map((text) => Buffer.from(text));

test('ranges of values are those that a look at every value gives', () => {
  for (const count of [0, 1, 63, 64, 65, 128, 3000]) {
    const column = columnOf(texts.slice(0, count));
    const held = foldedTexts(column);
    for (const needle of needles) {
      const low = lowerBound(column, needle);
      assert.equal(low, held.filter((text) => Buffer.compare(text, needle) < 0).length);
      const beginning = held.filter((text) => text.subarray(0, needle.length).equals(needle));
      assert.equal(prefixEnd(column, low, needle) - low, beginning.length, needle.toString());
      const equal = held.filter((text) => text.equals(needle));
      assert.equal(equalEnd(column, low, needle) - low, equal.length);
    }
  }
});

test('ranges of words are those that a look at every word gives', () => {
  for (const count of [0, 1, 65, 3000]) {
    const column = columnOf(texts.slice(0, count));
    const words = foldedTexts(column).flatMap((text) =>
      [...text.toString().matchAll(/(?<=[^a-z0-9])[a-z0-9]/gu)].map(({ index }) =>
        text.subarray(index),
      ),
    );
    for (const needle of needles) {
      const beginning = words.filter((text) => text.subarray(0, needle.length).equals(needle));
      const found = wordBound(column, needle, true) - wordBound(column, needle, false);
      assert.equal(found, beginning.length, needle.toString());
    }
  }
});
