import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOtherGrams, findRarestGram } from '../../../src/ldap/search/choose-grams.js';
import type { Gram } from '../../../src/ldap/search/gram-cursor.js';
import { bigramAt, trigramAt } from '../../../src/ldap/snapshot/grams.js';
import type { Column, PackedGrams } from '../../../src/ldap/snapshot/segment.js';

const valueCount = 500_000;

/** Of a column, only how many values hold each gram. */
function columnOf(counts: Readonly<Record<string, number>>): Column {
  const packed = (size: 2 | 3): PackedGrams => {
    const gramAt = size === 2 ? bigramAt : trigramAt;
    const grams = Object.entries(counts)
      .filter(([text]) => text.length === size)
      .map(([text, count]) => ({ gram: gramAt(Buffer.from(text), 0), count }))
      .sort((left, right) => left.gram - right.gram);
    return {
      valueCount,
      grams: Uint32Array.from(grams, ({ gram }) => gram),
      counts: Uint32Array.from(grams, ({ count }) => count),
      offsets: new Uint32Array(grams.length + 1),
      lists: new Uint8Array(0),
    };
  };
  return { bigrams: packed(2), trigrams: packed(3) } as Column;
}

function chosen(column: Column, ...parts: readonly string[]): string[] | undefined {
  const sought = parts.map((part) => Buffer.from(part));
  const rarest = findRarestGram(column, sought);
  const nameOf = ({ index, slot }: Gram): string => {
    for (const part of parts) {
      const size = part.length >= 3 ? 3 : 2;
      for (let at = 0; at + size <= part.length; at++) {
        const gram = (size === 3 ? trigramAt : bigramAt)(Buffer.from(part), at);
        if (index.grams[slot] === gram) return part.slice(at, at + size);
      }
    }
    return slot < 0 ? 'absent' : '?';
  };
  return rarest && [rarest.gram, ...chooseOtherGrams(column, rarest, sought)].map(nameOf);
}

test('the rarest gram drives, and one that tells nothing new is left out', () => {
  // What comes after « ul » is nearly always « ti ».
  const column = columnOf({ mul: 9_000, ult: 12_000, lti: 12_000, ul: 13_000, lt: 12_100 });
  assert.deepEqual(chosen(column, 'multi'), ['mul', 'lti']);
});

test('a gram far from the rarest is preferred to its neighbour', () => {
  const column = columnOf({
    tal: 71_000,
    alo: 39_000,
    lor: 23_000,
    ord: 19_000,
    rdi: 10_000,
    rd: 30_000,
    or: 60_000,
  });
  assert.deepEqual(chosen(column, 'talordi')?.slice(0, 2), ['rdi', 'tal']);
});

test('a list that is longer to read than the values to test is not read', () => {
  const column = columnOf({ abc: 100, bcd: 60_000, bc: 61_000 });
  assert.deepEqual(chosen(column, 'abcd'), ['abc']);
});

test('at most two lists are read along with the rarest', () => {
  const parts = ['abc', 'def', 'ghi', 'jkl'];
  // So many that they are kept as bits, which cost little to look at.
  const column = columnOf({ abc: 70_000, def: 71_000, ghi: 72_000, jkl: 73_000 });
  assert.deepEqual(chosen(column, ...parts), ['abc', 'def', 'ghi']);
});

test('a gram that no value holds is enough', () => {
  assert.deepEqual(chosen(columnOf({ abc: 5_000 }), 'abcd'), ['absent']);
});

test('nothing is chosen of parts too short, or without an index', () => {
  assert.equal(chosen(columnOf({ abc: 5_000 }), 'a'), undefined);
  assert.equal(chosen({} as Column, 'abc'), undefined);
});
