import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerReader, nestingMax } from '../../../src/ldap/ber/reader.js';
import { ProtocolError } from '../../../src/ldap/protocol/protocol-error.js';

/** A reader of these bytes in the middle of others, so that reading outside of the slice shows. */
function readerOf(hex: string): BerReader {
  const bytes = Buffer.from(hex, 'hex');
  const around = Buffer.concat([Buffer.alloc(7, 0x01), bytes, Buffer.alloc(300, 0x01)]);
  return new BerReader(around, 7, 7 + bytes.length);
}

function refuses(read: () => unknown, message: RegExp): void {
  assert.throws(
    read,
    (error) => error instanceof ProtocolError && !error.canContinue && message.test(error.message),
  );
}

const integers: [hex: string, value: number][] = [
  ['020100', 0],
  ['02017f', 127],
  ['02020080', 128],
  ['020180', -128],
  ['0201ff', -1],
  ['02047fffffff', 2147483647],
  ['020480000000', -2147483648],
  ['020400000005', 5],
  ['02810105', 5],
  ['0284000000020105', 261],
];
for (const [hex, value] of integers) {
  test(`integer ${hex} is ${value}`, () => {
    const reader = readerOf(hex);
    assert.equal(reader.integer(), value);
    assert.equal(reader.hasMore(), false);
  });
}

test('values follow one another and keep to their places', () => {
  const reader = readerOf('300e' + '0101ff' + '010100' + '0402c3a9' + '0400' + '8700' + '0500');
  const outer = reader.enter(0x30);
  assert.equal(reader.boolean(), true);
  assert.equal(reader.boolean(), false);
  assert.equal(reader.text(), 'é');
  assert.equal(reader.text(), '');
  assert.equal(reader.peekTag(), 0x87);
  assert.equal(reader.octets(0x87).length, 0);
  assert.equal(reader.peekTag(), -1);
  assert.equal(reader.hasMore(), false);
  reader.leave(outer);
  reader.null(0x05);
  assert.equal(reader.hasMore(), false);
});

test('octets are a view, not a copy', () => {
  const reader = readerOf('0403616263');
  const octets = reader.octets();
  assert.equal(octets.toString(), 'abc');
  assert.equal(octets.buffer, reader.buffer.buffer);
});

test('text that is not UTF-8 is undefined, and passed over', () => {
  const reader = readerOf('0402c3280402e2820403eda080040161');
  for (let i = 0; i < 3; i++) assert.equal(reader.text(), undefined);
  assert.equal(reader.text(), 'a');
});

test('a value of any kind can be passed over', () => {
  const reader = readerOf('a30402010102' + '04820001aa' + '0101ff');
  reader.skip();
  reader.skip();
  assert.equal(reader.boolean(), true);
});

const cut: [name: string, hex: string, read: (reader: BerReader) => unknown, message: RegExp][] = [
  ['nothing', '', (r) => r.integer(), /missing/],
  ['nothing to pass over', '', (r) => r.skip(), /missing/],
  ['a tag alone', '02', (r) => r.integer(), /missing/],
  ['no content', '0201', (r) => r.integer(), /beyond/],
  ['an empty integer', '0200', (r) => r.integer(), /range/],
  ['an integer of five bytes', '02050000000001', (r) => r.integer(), /range/],
  ['another tag', '040101', (r) => r.integer(), /unexpected tag/],
  ['an empty boolean', '0100', (r) => r.boolean(), /one byte/],
  ['a boolean of two bytes', '01020101', (r) => r.boolean(), /one byte/],
  ['a null that holds something', '050100', (r) => r.null(5), /null/],
  ['an indefinite length', '2480040161000000', (r) => r.octets(0x24), /indefinite/],
  ['a length in five bytes', '04850000000001aa', (r) => r.octets(), /more than 4/],
  ['a length cut', '048400', (r) => r.octets(), /cut/],
  ['a length of 2^32 - 1', '0484ffffffff01', (r) => r.octets(), /beyond/],
  ['a length of 2^31', '048480000000', (r) => r.text(), /beyond/],
  ['a sequence longer than its slice', '3005020101', (r) => r.enter(0x30), /beyond/],
];
for (const [name, hex, read, message] of cut) {
  test(`refused: ${name}`, () => refuses(() => read(readerOf(hex)), message));
}

test('a value may not go beyond the sequence it is in, though the slice goes on', () => {
  const reader = readerOf('3003' + '0402aa' + 'bbcc');
  reader.enter(0x30);
  refuses(() => reader.octets(), /beyond/);
});

test('a sequence is read to its end', () => {
  const reader = readerOf('3006' + '020101' + '020102');
  const outer = reader.enter(0x30);
  reader.integer();
  refuses(() => reader.leave(outer), /trailing/);
});

test('nesting is counted along, not in breadth', () => {
  const reader = readerOf('3000'.repeat(300));
  for (let i = 0; i < 300; i++) reader.leave(reader.enter(0x30));
  assert.equal(reader.hasMore(), false);
  const deep = readerOf(nested(nestingMax + 1));
  for (let i = 0; i < nestingMax; i++) deep.enter(0x30);
  refuses(() => deep.enter(0x30), /too deep/);
});

test('a slice outside of its buffer is our own mistake', () => {
  for (const [start, end] of [
    [0, 4],
    [-1, 2],
    [2, 1],
    [NaN, 2],
  ] as const) {
    assert.throws(() => new BerReader(Buffer.alloc(3), start, end), RangeError);
  }
});

function nested(count: number): string {
  let hex = '';
  for (let i = 0; i < count; i++) {
    const length = hex.length / 2;
    const octets = length < 0x80 ? '' : length < 0x100 ? '81' : '82';
    hex = `30${octets}${length.toString(16).padStart(octets === '82' ? 4 : 2, '0')}${hex}`;
  }
  return hex;
}
