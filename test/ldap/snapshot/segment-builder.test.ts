import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from '../../support/fast-check.js';
import type { Meter } from '../../../src/ldap/search/meter.js';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import { foldAccents, prepareValue } from '../../../src/ldap/schema/prepare.js';
import { GramCursor, TwoGramsCursor } from '../../../src/ldap/search/gram-cursor.js';
import type { ValueCursor } from '../../../src/ldap/search/value-cursor.js';
import {
  bigramAt,
  gramClass,
  isExactGramByte,
  isWordByte,
  trigramAt,
} from '../../../src/ldap/snapshot/grams.js';
import {
  isBitmap,
  listFlag,
  noValue,
  type Column,
  type PackedGrams,
  type Segment,
} from '../../../src/ldap/snapshot/segment.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import { encodedEntry } from './encoded-entry.js';
import { entryOf, smallDirectory, smallSchema } from './small-schema.js';
import { runs } from '../../support/runs.js';

const unlimited = (): Meter => ({ examined: 0, pauseAt: Infinity, workLeft: Infinity });

// Few different letters, so that prefixes, ties and shared grams are common; accents, marks, and letters beyond U+FFFF.
const text = fc
  .array(fc.constantFrom(...Array.from('aàâbeéÉœ ß-.’𝒜𐐀ﬁz'), 'durand', 'dupont '), {
    minLength: 0,
    maxLength: 9,
  })
  .map((parts) => parts.join(''));
const address = fc
  .array(fc.constantFrom(...Array.from('aBc.-_@0'), 'exemple'), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''));

const entries: fc.Arbitrary<DirectoryEntry[]> = fc.array(
  fc
    .record({
      cn: fc.array(text, { maxLength: 3 }),
      mail: fc.array(address, { minLength: 1, maxLength: 3 }),
      employeeNumber: fc.array(text, { maxLength: 1 }),
      entryUuid: fc.array(fc.uuid(), { maxLength: 1 }),
    })
    .map(entryOf),
  { maxLength: 40 },
);

describe('a segment holds what a plain reading of its entries says', () => {
  const property = (check: (segment: Segment, entries: readonly DirectoryEntry[]) => void): void =>
    fc.assert(
      fc.property(entries, (list) => check(buildSegment(smallSchema, list), list)),
      { numRuns: runs(150) },
    );

  it('the same whether or not entries say which lists they share', () => {
    property((segment, list) => {
      const lists = list.map(({ values }) => ({ indexes: [1, 2], values: values.slice(1, 3) }));
      const shared = list.map((entry, at) => ({ ...entry, shared: lists.slice(at, at + 2) }));
      assert.deepEqual(buildSegment(smallSchema, shared), segment);
    });
  });

  it('entries in the order of their first cn, then of their RDN, whole and ready to be sent', () => {
    property((segment, list) => {
      const expected = list
        .map((entry) => ({
          entry,
          cn: formOf(1, entry.values[1]?.[0]),
          rdn: formOf(0, entry.values[0]?.[0]),
        }))
        .sort((a, b) => compareForms(a.cn, b.cn) || compareForms(a.rdn, b.rdn));
      assert.equal(segment.docCount, list.length);
      assert.deepEqual(
        Array.from(segment.attributeMasks, (_, doc) =>
          readEntry(encodedEntry(smallDirectory, segment, doc)),
        ),
        expected.map(({ entry }) => shown(entry)),
      );
      assert.deepEqual(
        [...segment.attributeMasks],
        expected.map(({ entry }) =>
          entry.values.reduce(
            (mask, values, index) => (values.length ? mask | (1 << index) : mask),
            0,
          ),
        ),
      );
    });
  });

  it('values in the byte order of (folded, strict), each once', () => {
    property((segment, list) => {
      for (const [index, column] of segment.columns.entries()) {
        const forms = list.flatMap((entry) =>
          (entry.values[index] ?? []).flatMap((value) => formOf(index, value) ?? []),
        );
        const distinct = new Map(forms.map((form) => [JSON.stringify(form), form]));
        assert.deepEqual(valuesOf(column), [...distinct.values()].sort(compareForms));
      }
    });
  });

  it('entries of each value, and values of each entry', () => {
    property((segment) => {
      for (const [index, column] of segment.columns.entries()) {
        const values = valuesOf(column).map((value) => JSON.stringify(value));
        const idsOfDoc = Array.from(segment.attributeMasks, (_, doc) => {
          const entry = readEntry(encodedEntry(smallDirectory, segment, doc));
          const name = smallSchema.attributes[index]?.name ?? '';
          const forms = (entry.attributes.get(name) ?? []).flatMap(
            (value) => formOf(index, value) ?? [],
          );
          return [...new Set(forms.map((form) => values.indexOf(JSON.stringify(form))))].sort(
            (a, b) => a - b,
          );
        });
        if (smallSchema.attributes[index]?.isOperational !== true)
          assert.deepEqual(
            Array.from(column.valueOfDoc, (code) => idsOf(column, code)),
            idsOfDoc,
          );
        const forward = Array.from(column.valueOfDoc, (code) => idsOf(column, code));
        for (let valueId = 0; valueId < column.valueCount; valueId++) {
          const docs = column.docs.subarray(
            column.docsOffsets[valueId],
            column.docsOffsets[valueId + 1],
          );
          const expected = forward.flatMap((ids, doc) => (ids.includes(valueId) ? [doc] : []));
          assert.deepEqual([...docs], expected);
          assert.ok(docs.length > 0);
        }
      }
    });
  });

  it('the values that hold each bigram and each trigram', () => {
    property((segment) => {
      for (const column of segment.columns.slice(0, 2)) {
        assert.deepEqual(gramsOf(column.bigrams), naiveGrams(column, 2, bigramAt));
        assert.deepEqual(gramsOf(column.trigrams), naiveGrams(column, 3, trigramAt));
      }
    });
  });

  it('the starts of words after the first, in the order of what follows', () => {
    property((segment) => {
      for (const column of segment.columns.slice(0, 2)) {
        const expected: { rest: Buffer; valueId: number; offset: number }[] = [];
        for (const [valueId, { folded }] of valuesOf(column).entries()) {
          const bytes = Buffer.from(folded);
          for (let offset = 1; offset < bytes.length; offset++) {
            if (isWordByte[bytes[offset] ?? 0] === 1 && isWordByte[bytes[offset - 1] ?? 0] === 0)
              expected.push({ rest: bytes.subarray(offset), valueId, offset });
          }
        }
        expected.sort(
          (a, b) => Buffer.compare(a.rest, b.rest) || a.valueId - b.valueId || a.offset - b.offset,
        );
        assert.deepEqual(
          [...(column.wordStartValues ?? [])],
          expected.map(({ valueId }) => valueId),
        );
        assert.deepEqual(
          [...(column.wordStartOffsets ?? [])],
          expected.map(({ offset }) => offset),
        );
      }
    });
  });
});

it('indexes substrings only where the schema says so', () => {
  const { columns } = buildSegment(smallSchema, [entryOf({ cn: ['Dupont'], mail: ['a@b.fr'] })]);
  assert.deepEqual(
    columns.map(({ bigrams, trigrams, wordStartValues }) =>
      [bigrams, trigrams, wordStartValues].every(Boolean),
    ),
    [true, true, false, false, false],
  );
});

it('leaves n-grams out of columns that are quicker to look through', () => {
  const list = [entryOf({ cn: ['Dupont'], mail: ['a@b.fr', 'c@d.fr'] })];
  const { columns } = buildSegment(smallSchema, list, 2);
  assert.deepEqual(
    columns.map(({ bigrams, trigrams, wordStartValues }) => [
      bigrams !== undefined,
      trigrams !== undefined,
      wordStartValues !== undefined,
    ]),
    [
      [true, true, true],
      [false, false, true],
      [false, false, false],
      [false, false, false],
      [false, false, false],
    ],
  );
});

it('gives a class of its own to every byte called exact, and never that of the end of a value', () => {
  const exact = [...gramClass].filter((_, byte) => isExactGramByte[byte] === 1);
  assert.ok(exact.length > 50);
  assert.equal(new Set(exact).size, exact.length);
  for (const [byte, gram] of gramClass.entries()) {
    assert.ok(gram < 64 && (gram === 0) === (byte === 0), `byte ${byte}`);
    if (isExactGramByte[byte] === 0) assert.ok(!exact.includes(gram), `byte ${byte}`);
  }
});

it('finds the values that hold two grams, whichever way their lists are kept', () => {
  let bitmaps = 0;
  let lists = 0;
  const cn = fc.array(fc.constantFrom('ab', 'cd', 'ef', 'zz', 'yy', 'q', 'w'), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(cn, { minLength: 20, maxLength: 60 }), (names) => {
      const people = names.map((parts, rank) =>
        entryOf({ cn: [`${rank}${parts.join('')}`], mail: [`${rank}@b.fr`] }),
      );
      const index = buildSegment(smallSchema, people).columns[1]?.bigrams;
      assert.ok(index);
      const grams = Array.from(index.counts, (count, slot) => ({ index, slot, count }));
      const listed = grams.map((gram) => listOf(new GramCursor(gram)));
      for (const { count } of grams) {
        if (isBitmap(count, index.valueCount)) bitmaps++;
        else lists++;
      }
      for (const [one, first] of grams.entries()) {
        for (const [other, second] of grams.entries()) {
          const both = listed[one]?.filter((value) => listed[other]?.includes(value));
          assert.deepEqual(listOf(new TwoGramsCursor(first, second, unlimited())), both);
        }
      }
    }),
    { numRuns: 30 },
  );
  assert.ok(bitmaps > 100 && lists > 100, `${bitmaps} bitmaps, ${lists} lists`);
  const index = buildSegment(smallSchema, []).columns[1]?.bigrams;
  assert.ok(index);
  assert.deepEqual(listOf(new GramCursor({ index, slot: -1, count: 0 })), []);
});

it('builds a segment of no entry', () => {
  const { docCount, own, pieces, blocks, columns } = buildSegment(smallSchema, []);
  assert.deepEqual([docCount, own.length, blocks.length, columns.length], [0, 0, 0, 5]);
  assert.deepEqual([...pieces], [0]);
  assert.deepEqual([...(columns[1]?.docsOffsets ?? [])], [0]);
  assert.deepEqual([...(columns[1]?.foldedOffsets ?? [])], [0]);
});

type Form = { readonly folded: string; readonly strict: string };

function formOf(index: number, value: string | undefined): Form | undefined {
  const matching = smallSchema.attributes[index]?.equality ?? 'octetString';
  const strict = value === undefined ? undefined : prepareValue(matching, value);
  if (strict === undefined) return undefined;
  return { folded: matching === 'caseIgnore' ? foldAccents(strict) : strict, strict };
}

function compareForms(a: Form | undefined, b: Form | undefined): number {
  if (!a || !b) return Number(!a) - Number(!b);
  const bytes = (left: string, right: string): number =>
    Buffer.compare(Buffer.from(left), Buffer.from(right));
  return bytes(a.folded, b.folded) || bytes(a.strict, b.strict);
}

function valuesOf(column: Column): Form[] {
  return Array.from({ length: column.valueCount }, (_, valueId) => {
    const folded = textAt(column.folded, column.foldedOffsets, valueId);
    const strict = textAt(column.strict, column.strictOffsets, valueId);
    assert.notEqual(strict, folded);
    return { folded: folded ?? '', strict: strict ?? folded ?? '' };
  });
}

function textAt(bytes: Buffer, offsets: Uint32Array, valueId: number): string | undefined {
  const [start, end] = [offsets[valueId] ?? 0, offsets[valueId + 1] ?? 0];
  if (start === end) return undefined;
  assert.equal(bytes[end - 1], 0);
  return bytes.toString('utf8', start, end - 1);
}

function idsOf(column: Column, code: number): number[] {
  if (code === noValue) return [];
  if (code < listFlag) return [code];
  const place = code - listFlag;
  const ids = [...column.lists.subarray(place + 1, place + 1 + (column.lists[place] ?? 0))];
  assert.ok(ids.length > 1);
  return ids;
}

function gramsOf(index: PackedGrams | undefined): Map<number, number[]> {
  assert.ok(index);
  return new Map(
    Array.from(index.grams, (gram, slot) => {
      const listed = listOf(new GramCursor({ index, slot, count: index.counts[slot] ?? 0 }));
      assert.equal(index.counts[slot], listed.length);
      return [gram, listed];
    }),
  );
}

function listOf(cursor: ValueCursor): number[] {
  const values: number[] = [];
  for (let value = cursor.next(); value >= 0; value = cursor.next()) values.push(value);
  return values;
}

function naiveGrams(
  column: Column,
  size: number,
  gramAt: (bytes: Uint8Array, at: number) => number,
): Map<number, number[]> {
  const grams = new Map<number, number[]>();
  for (const [valueId, { folded }] of valuesOf(column).entries()) {
    const bytes = Buffer.from(folded);
    const own = new Set<number>();
    for (let at = 0; at + size <= bytes.length; at++) own.add(gramAt(bytes, at));
    for (const gram of own) grams.set(gram, [...(grams.get(gram) ?? []), valueId]);
  }
  return new Map([...grams].sort(([a], [b]) => a - b));
}

type ReadEntry = { readonly dn: string; readonly attributes: Map<string, string[]> };

function shown(entry: DirectoryEntry): ReadEntry {
  return {
    dn: entry.dn,
    attributes: new Map(
      smallSchema.attributes.flatMap(({ name, isOperational }, index) => {
        const values = entry.values[index] ?? [];
        return isOperational || values.length === 0 ? [] : [[name, [...values]]];
      }),
    ),
  };
}

function readEntry(bytes: Buffer): ReadEntry {
  const [entry, ...rest] = readTlvs(bytes);
  assert.equal(rest.length, 0);
  assert.equal(entry?.tag, 0x64);
  const [dn, list] = readTlvs(entry.content);
  const attributes = readTlvs(list?.content ?? Buffer.alloc(0)).map(({ tag, content }) => {
    assert.equal(tag, 0x30);
    const [name, set] = readTlvs(content);
    assert.deepEqual([name?.tag, set?.tag], [0x04, 0x31]);
    const values = readTlvs(set?.content ?? Buffer.alloc(0)).map((value) =>
      value.content.toString(),
    );
    return [name?.content.toString() ?? '', values] as const;
  });
  return { dn: dn?.content.toString() ?? '', attributes: new Map(attributes) };
}

function readTlvs(bytes: Buffer): { tag: number; content: Buffer }[] {
  const found: { tag: number; content: Buffer }[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at);
    let length = bytes.readUInt8(at + 1);
    at += 2;
    if (length > 0x80) {
      const octets = length - 0x80;
      length = bytes.readUIntBE(at, octets);
      assert.ok(length >= (octets === 1 ? 0x80 : 2 ** (8 * (octets - 1))), 'length not minimal');
      at += octets;
    }
    assert.ok(at + length <= bytes.length);
    found.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}
