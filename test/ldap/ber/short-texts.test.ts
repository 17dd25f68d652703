import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShortTexts } from '../../../src/ldap/ber/short-texts.js';

test('a text is found by its bytes, whatever was found before it', () => {
  const texts = new ShortTexts();
  // Several times as many as are remembered: places are taken over.
  for (const round of [0, 1]) {
    for (let number = 0; number < 5_000; number++) {
      const text = `attribut-${number}`;
      const bytes = Buffer.from(`${round}${text}!`);
      assert.equal(texts.find(bytes, 1, bytes.length - 1), text);
    }
  }
});

test('what is empty is empty', () => {
  assert.equal(new ShortTexts().find(Buffer.from('abc'), 1, 1), '');
});

test('what is long or not ASCII is left to others', () => {
  const texts = new ShortTexts();
  assert.equal(texts.find(Buffer.alloc(64, 'a'), 0, 64), 'a'.repeat(64));
  assert.equal(texts.find(Buffer.alloc(65, 'a'), 0, 65), undefined);
  assert.equal(texts.find(Buffer.from('é'), 0, 2), undefined);
  assert.equal(texts.find(Buffer.from([0x80]), 0, 1), undefined);
});
