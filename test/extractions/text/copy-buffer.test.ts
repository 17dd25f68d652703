import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import { CopyBuffer } from '../../../src/extractions/text/copy-buffer.js';

function print(low: number, high: number): string {
  const buffer = new CopyBuffer();
  buffer.reserve(32);
  buffer.int64(low, high);
  return Buffer.concat(buffer.takeAll()).toString();
}

test('64-bit integers are written as BigInt writes them', () => {
  const edge = fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000, 10_000, 99_999_999);
  const half = fc.oneof(edge, fc.integer());
  fc.assert(
    fc.property(half, half, (low, high) => {
      const expected = (BigInt(high) << 32n) | BigInt(low >>> 0);
      assert.equal(print(low, high), String(BigInt.asIntN(64, expected)));
    }),
    { numRuns: 5000 },
  );
});

test('rows come out whole and in order across many buffers, and taken buffers are not written again', () => {
  const buffer = new CopyBuffer();
  const taken: Buffer[] = [];
  const row = Buffer.from('é'.repeat(500));
  for (let index = 0; index < 2000; index += 1) {
    buffer.reserve(row.length + 40);
    buffer.int64(index, 0);
    buffer.cellEnd();
    buffer.bytes(row, 0, index % 2 === 0 ? 10 : row.length);
    buffer.rowEnd();
    taken.push(...buffer.take());
  }
  taken.push(...buffer.takeAll());
  const lines = Buffer.concat(taken).toString().split('\n');
  assert.equal(lines.length, 2001);
  lines.slice(0, 2000).forEach((line, index) => {
    assert.equal(line, `${index}|${'é'.repeat(index % 2 === 0 ? 5 : 500)}`);
  });
});
