import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import { BerReader } from '../../../src/ldap/ber/reader.js';
import { ByteWriter, lengthOfInteger, lengthOfLength } from '../../../src/ldap/ber/writer.js';

const written: [name: string, write: (writer: ByteWriter) => void, hex: string][] = [
  ['a byte', (w) => w.byte(0x30), '30'],
  ['raw bytes', (w) => w.raw(Buffer.from('00112233', 'hex')), '00112233'],
  ['a part of raw bytes', (w) => w.raw(Buffer.from('00112233', 'hex'), 1, 3), '1122'],
  ['a short header', (w) => w.header(0x30, 0x7f), '307f'],
  ['a header of one byte more', (w) => w.header(0x30, 0x80), '308180'],
  ['a header of two bytes more', (w) => w.header(0x64, 0x1234), '64821234'],
  ['a header of three bytes more', (w) => w.header(0x30, 0x012345), '3083012345'],
  ['a header of four bytes more', (w) => w.header(0x30, 0x7fffffff), '30847fffffff'],
  ['zero', (w) => w.integer(0), '020100'],
  ['128', (w) => w.integer(128), '02020080'],
  ['-129', (w) => w.integer(-129), '0202ff7f'],
  ['the largest', (w) => w.integer(2147483647), '02047fffffff'],
  ['the smallest', (w) => w.integer(-2147483648), '020480000000'],
  ['an enumerated', (w) => w.enumerated(53), '0a0135'],
  ['a boolean', (w) => w.boolean(true), '0101ff'],
  ['a boolean under another tag', (w) => w.boolean(false, 0x81), '810100'],
  ['text', (w) => w.text('é'), '0402c3a9'],
  ['text under another tag', (w) => w.text('', 0x8a), '8a00'],
  ['42 signs of three bytes', (w) => w.text('€'.repeat(42)), `047e${'e282ac'.repeat(42)}`],
  ['43 signs of three bytes', (w) => w.text('€'.repeat(43)), `048181${'e282ac'.repeat(43)}`],
  ['octets', (w) => w.octets(Buffer.from('ff00', 'hex'), 0x87), '8702ff00'],
];
for (const [name, write, hex] of written) {
  test(`written: ${name}`, () => {
    const writer = new ByteWriter();
    write(writer);
    assert.equal(writer.length, hex.length / 2);
    assert.equal(writer.take().toString('hex'), hex);
  });
}

test('lengths that are patched are the shortest, at every boundary', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65535, 65536, 200_000]) {
    const writer = new ByteWriter();
    writer.byte(0xaa);
    const outer = writer.open(0x30);
    const inner = writer.open(0xa0);
    writer.raw(Buffer.alloc(length, 7));
    writer.close(inner);
    writer.integer(1);
    writer.close(outer);
    const bytes = writer.take();
    const innerLength = 1 + lengthOfLength(length) + length;
    assert.equal(bytes.length, 1 + 1 + lengthOfLength(innerLength + 3) + innerLength + 3);
    const reader = new BerReader(bytes, 1, bytes.length);
    const end = reader.enter(0x30);
    assert.deepEqual(reader.octets(0xa0), Buffer.alloc(length, 7));
    assert.equal(reader.integer(), 1);
    reader.leave(end);
    assert.equal(reader.hasMore(), false);
  }
});

test('what was taken is never written to again', () => {
  const writer = new ByteWriter();
  const random = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 31) & 0xff));
  const taken: Buffer[] = [];
  for (let i = 0; i < 200; i++) {
    writer.integer(i);
    writer.raw(random, 0, (i * 997) % random.length);
    taken.push(writer.take());
  }
  taken.forEach((bytes, i) => {
    const expected = new ByteWriter();
    expected.integer(i);
    assert.deepEqual(
      bytes,
      Buffer.concat([expected.take(), random.subarray(0, (i * 997) % random.length)]),
    );
  });
});

test('small answers share one chunk of memory', () => {
  const writer = new ByteWriter();
  writer.integer(1);
  const first = writer.take();
  writer.integer(2);
  assert.equal(writer.take().buffer, first.buffer);
});

test('a reset forgets what was not taken, and only that', () => {
  const writer = new ByteWriter();
  writer.integer(1);
  const first = writer.take();
  writer.integer(2);
  writer.integer(3);
  writer.reset(3);
  writer.integer(4);
  assert.equal(writer.length, 6);
  writer.reset();
  assert.equal(writer.length, 0);
  assert.throws(() => writer.reset(1), RangeError);
  writer.integer(5);
  assert.equal(writer.take().toString('hex'), '020105');
  assert.equal(first.toString('hex'), '020101');
});

test('going over the bound is refused, and what was written stays', () => {
  const writer = new ByteWriter(100);
  writer.raw(Buffer.alloc(99));
  assert.throws(() => writer.text('ab'), RangeError);
  assert.throws(() => writer.header(0x30, 300), RangeError);
  assert.throws(() => writer.raw(Buffer.alloc(2)), RangeError);
  assert.equal(writer.length, 99);
  writer.byte(1);
  assert.equal(writer.take().length, 100);
  writer.raw(Buffer.alloc(100));
  assert.equal(writer.take().length, 100);
});

test('whatever is written is read back', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
          fc.boolean(),
          fc.string({ unit: 'grapheme', maxLength: 200 }),
          fc.uint8Array({ maxLength: 300 }),
        ),
      ),
      (values) => {
        const writer = new ByteWriter();
        for (const value of values) write(writer, value);
        const bytes = writer.take();
        const reader = new BerReader(bytes, 0, bytes.length);
        for (const value of values) {
          if (typeof value === 'number') assert.equal(reader.integer(), value);
          else if (typeof value === 'boolean') assert.equal(reader.boolean(), value);
          else if (typeof value === 'string') assert.equal(reader.text(), value);
          else assert.deepEqual(new Uint8Array(reader.octets(0x87)), value);
        }
        assert.equal(reader.hasMore(), false);
      },
    ),
  );
});

test('integers take as many bytes as announced', () => {
  for (const value of [0, 127, 128, -128, -129, 32767, 32768, 8388607, 8388608, -8388609]) {
    const writer = new ByteWriter();
    writer.integer(value);
    assert.equal(writer.length, 2 + lengthOfInteger(value));
  }
});

function write(writer: ByteWriter, value: number | boolean | string | Uint8Array): void {
  if (typeof value === 'number') writer.integer(value);
  else if (typeof value === 'boolean') writer.boolean(value);
  else if (typeof value === 'string') writer.text(value);
  else writer.octets(value, 0x87);
}
