import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from '../../support/fast-check.js';
import { foldAccents, prepareSubstring, prepareValue } from '../../../src/ldap/schema/prepare.js';
import { isAsciiValue, preparePlain } from '../../../src/ldap/search/plain-value.js';

const matchings = ['caseIgnore', 'caseIgnoreIa5', 'numericString'] as const;
const places = ['initial', 'any', 'final'] as const;

/** Mostly of what values are made of, so that many are plain and many nearly so. */
const values = fc
  .array(fc.constantFrom(...Array.from('aZé 09.-_@\'"\u00a0\u007f\tœ')), { maxLength: 12 })
  .map((characters) => characters.join(''));

describe('a plain value', () => {
  it('is what preparing it makes, as a value and as a part, with diacritics and without', () => {
    let plainCount = 0;
    fc.assert(
      fc.property(fc.constantFrom(...matchings), values, (matching, text) => {
        const plain = preparePlain(matching, Buffer.from(text))?.toString();
        if (plain === undefined) return;
        plainCount++;
        assert.equal(prepareValue(matching, text), plain);
        assert.equal(foldAccents(plain), plain);
        for (const place of places) assert.equal(prepareSubstring(matching, text, place), plain);
      }),
      { numRuns: 3_000 },
    );
    assert.ok(plainCount > 100, `${plainCount} plain values`);
  });

  it('is what most clients send', () => {
    for (const text of [
      'jean.dupont@hopital.mssante.fr',
      'Jean Dupont',
      "L'Haÿ".slice(0, 4),
      '0',
    ]) {
      assert.equal(
        preparePlain('caseIgnore', Buffer.from(text))?.toString(),
        text.toLowerCase(),
        text,
      );
    }
    assert.equal(preparePlain('numericString', Buffer.from('00810000001'))?.length, 11);
  });

  it('is none when there is more to do, or when the rule is another', () => {
    for (const text of ['', ' ', ' a', 'a ', 'a  b', 'é', 'a\u0000', 'a\u007f']) {
      assert.equal(preparePlain('caseIgnore', Buffer.from(text)), undefined, JSON.stringify(text));
    }
    for (const text of ['', '1 2', '12a']) {
      assert.equal(preparePlain('numericString', Buffer.from(text)), undefined);
    }
    assert.equal(preparePlain('caseExact', Buffer.from('a')), undefined);
  });

  it('leaves the bytes of the message as they are', () => {
    const bytes = Buffer.from('JEAN');
    assert.equal(preparePlain('caseIgnore', bytes)?.toString(), 'jean');
    assert.equal(bytes.toString(), 'JEAN');
  });
});

describe('isAsciiValue', () => {
  it('is true of bytes below 128, however many', () => {
    for (const length of [0, 1, 64, 65, 300]) {
      const bytes = Buffer.alloc(length, 'a');
      assert.equal(isAsciiValue(bytes), true);
      if (length === 0) continue;
      bytes[length - 1] = 0x80;
      assert.equal(isAsciiValue(bytes), false);
    }
  });
});
