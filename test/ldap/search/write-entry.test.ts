import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from '../../support/fast-check.js';
import { ByteWriter } from '../../../src/ldap/ber/writer.js';
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import { writeEntry } from '../../../src/ldap/protocol/response.js';
import { readDn, readValues } from '../../../src/ldap/search/entry-reader.js';
import { selectAttributes, type Selection } from '../../../src/ldap/search/select-attributes.js';
import { writeHit, writeHits } from '../../../src/ldap/search/write-entry.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import { secondViewFlag } from '../../../src/ldap/search/search-run.js';
import { snapshotOf } from '../snapshot/encoded-entry.js';
import { entryOf, smallDirectory, smallSchema } from '../snapshot/small-schema.js';
import { runs } from '../../support/runs.js';

// Lengths on both sides of 127 and 255, where the length of a length changes; few values, so that entries share blocks.
const long = fc.constantFrom(
  '',
  'a',
  'é'.repeat(40),
  'b'.repeat(90),
  'c'.repeat(130),
  'd'.repeat(300),
);
const texts = (minLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(long, { minLength, maxLength: 3 });

const entries = fc
  .array(
    fc.record({
      cn: texts(0),
      mail: texts(0),
      employeeNumber: texts(0),
      entryUuid: fc.array(fc.constantFrom('11111111-2222-3333-4444-555555555555'), {
        maxLength: 1,
      }),
      classes: fc.constantFrom([], ['top'], ['top', 'person']),
      dn: fc.constantFrom(
        undefined,
        undefined,
        'mail=\\61,ou=bal,o=exemple,c=fr',
        'cn=x',
        'mail=a,c=fr',
      ),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    list.map(({ classes, dn, ...values }): DirectoryEntry => {
      const entry = entryOf(values);
      const own = entry.values.map((list, index) => (index === 2 ? classes : list));
      return { dn: dn ?? entry.dn, values: own };
    }),
  );

const userMask = 0b1111;

describe('an entry written from its pieces', () => {
  const written = (list: readonly DirectoryEntry[], selection: Selection): Buffer[] => {
    const segment = buildSegment(smallSchema, list);
    const source = { directory: smallDirectory, snapshot: snapshotOf(segment) };
    return Array.from(segment.attributeMasks, (_, doc) => {
      const writer = new ByteWriter();
      writeHit(writer, 1000, source, doc, selection);
      return writer.take();
    });
  };
  const plain = (entry: DirectoryEntry, { mask, typesOnly }: Selection): Buffer => {
    const writer = new ByteWriter();
    const attributes = smallSchema.attributes.flatMap(({ name }, index) => {
      const values = entry.values[index] ?? [];
      const isShown = values.length > 0 && (mask & (1 << index)) !== 0;
      return isShown ? [{ name, values: typesOnly ? [] : values }] : [];
    });
    writeEntry(writer, 1000, entry.dn, attributes);
    return writer.take();
  };
  const check = (selections: fc.Arbitrary<Pick<Selection, 'mask' | 'typesOnly'>>): void =>
    fc.assert(
      fc.property(entries, selections, (list, chosen) => {
        const selection: Selection = {
          ...chosen,
          userMask,
          generated: [],
          isAllUser: false,
          isAllOperational: false,
          descriptions: [],
        };
        const hex = (bytes: readonly Buffer[]): string[] =>
          bytes.map((one) => one.toString('hex')).sort();
        assert.deepEqual(
          hex(written(list, selection)),
          hex(list.map((entry) => plain(entry, selection))),
        );
      }),
      { numRuns: runs(400) },
    );

  it('is the plain encoding of all its user attributes', () => {
    check(fc.constant({ mask: userMask, typesOnly: false }));
  });

  it('is the plain encoding of some of its attributes, operational ones too', () => {
    check(fc.record({ mask: fc.integer({ min: 0, max: 0b11111 }), typesOnly: fc.constant(false) }));
  });

  it('is the plain encoding of types without values', () => {
    check(fc.record({ mask: fc.integer({ min: 0, max: 0b11111 }), typesOnly: fc.constant(true) }));
  });

  it('is read back as it was given', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const segment = buildSegment(smallSchema, list);
        const read = Array.from(segment.attributeMasks, (_, doc) => [
          readDn(segment, doc),
          ...[0, 1, 2, 3].map((index) => readValues(segment, doc, index)),
        ]);
        const given = list.map(({ dn, values }) => [dn, ...values.slice(0, 4)]);
        const sorted = (rows: readonly unknown[]): string[] =>
          rows.map((row) => JSON.stringify(row)).sort();
        assert.deepEqual(sorted(read), sorted(given));
      }),
      { numRuns: runs(200) },
    );
  });
});

it('keeps once what several entries share, and no DN that follows from an address', () => {
  const list = Array.from({ length: 50 }, (_, rank) =>
    entryOf({ cn: [`n${rank}`], mail: [`n${rank}@exemple.fr`], employeeNumber: [`${rank % 2}`] }),
  );
  const { own, pieces } = buildSegment(smallSchema, list);
  const startsOf = (piece: number): Set<number> =>
    new Set(pieces.filter((_, at) => at % 3 === piece && at < 150));
  assert.deepEqual([startsOf(1).size, startsOf(2).size], [1, 2]);
  assert.equal(own.includes('ou=bal'), false);
});

it('is written along with many others until there is enough', () => {
  const list = Array.from({ length: 80 }, (_, rank) =>
    entryOf({ cn: [`n${rank}`], mail: [`n${rank}@exemple.fr`], employeeNumber: [`${rank % 7}`] }),
  );
  const segment = buildSegment(smallSchema, list);
  const views = [segment, segment].map((each) => ({ segment: each, removed: undefined }));
  const source = { directory: smallDirectory, snapshot: { ...snapshotOf(segment), views } };
  const hits = Uint32Array.from({ length: 100 }, (_, at) =>
    at % 3 ? at % 80 : secondViewFlag + (at % 80),
  );
  const selection = selectAttributes(smallDirectory, [], false);
  const one = new ByteWriter();
  const sizes = Array.from(hits.subarray(5), (hit) => {
    writeHit(one, 7, source, hit, selection);
    return one.length;
  });
  const expected = one.take();
  const all = new ByteWriter();
  const range = { source, hits, first: 5, end: 100 };
  assert.equal(writeHits(all, 7, range, selection, Infinity), 95);
  assert.ok(all.take().equals(expected));
  assert.equal(writeHits(all, 7, range, selection, sizes[40] ?? 0), 41);
  assert.ok(all.take().equals(expected.subarray(0, sizes[40])));
  assert.equal(writeHits(all, 7, { ...range, first: 100 }, selection, 1), 0);
});
