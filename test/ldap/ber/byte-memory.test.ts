import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteMemory, copyBytes } from '../../../src/ldap/ber/byte-memory.js';

test('bytes of any length are copied from any place to any place, and nothing around them is touched', () => {
  const source = Buffer.from(Array.from({ length: 700 }, (_, at) => (at * 7 + 1) & 0xff));
  // Not at the beginning of its memory, as many buffers are not.
  const from = new ByteMemory(source.subarray(3));
  for (const length of [...Array(70).keys(), 255, 256, 257, 258, 600]) {
    for (const start of [0, 1, 2, 5]) {
      const to = new ByteMemory(Buffer.alloc(1000, 0xee).subarray(1));
      const at = 9 + start;
      assert.equal(copyBytes(to, at, from, start, start + length), at + length);
      const expected = Buffer.alloc(999, 0xee);
      source.copy(expected, at, 3 + start, 3 + start + length);
      assert.ok(to.bytes.equals(expected), `${length} bytes from ${start}`);
    }
  }
});
