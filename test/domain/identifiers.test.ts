import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isFinessKeyValid,
  isLuhnValid,
  isSiretKeyValid,
  parseAdeli,
  parseFiness,
  parseRpps,
  parseSiren,
  parseSiret,
} from '../../src/domain/identifiers.js';

describe('national identifiers', () => {
  const shapes: [string, (text: string) => string | undefined, string, string | undefined][] = [
    ['an RPPS has 11 digits', parseRpps, '10999999997', '10999999997'],
    ['an IdNatPS is not an RPPS', parseRpps, '810999999997', undefined],
    ['an RPPS has no letter', parseRpps, '1099999999A', undefined],
    ['an RPPS with a line break is none', parseRpps, '10999999997\n', undefined],
    ['an ADELI has 9 characters', parseAdeli, '990000010', '990000010'],
    ['a Corsican ADELI is upper-cased', parseAdeli, '2a9999999', '2A9999999'],
    ['an ADELI of 8 digits is none', parseAdeli, '99000001', undefined],
    ['a FINESS has 9 characters', parseFiness, '990000010', '990000010'],
    ['a Corsican FINESS has a letter', parseFiness, '2b0000012', '2B0000012'],
    ['a FINESS has no other letter', parseFiness, '99000001A', undefined],
    ['a SIRET has 14 digits', parseSiret, '99999999800019', '99999999800019'],
    ['Monaco has a SIRET of its own', parseSiret, 'MONACOCONFO001', 'MONACOCONFO001'],
    ['a SIRET of 13 digits is none', parseSiret, '9999999980001', undefined],
    ['a SIREN has 9 digits', parseSiren, '999999998', '999999998'],
    ['a SIREN has no letter', parseSiren, '9A9999998', undefined],
  ];
  for (const [name, parse, text, expected] of shapes)
    it(name, () => {
      assert.equal(parse(text), expected);
    });

  it('Luhn accepts a right key and refuses a wrong one, two digits swapped, or no digits', () => {
    assert.equal(isLuhnValid('10999999997'), true);
    assert.equal(isLuhnValid('10999999998'), false);
    assert.equal(isLuhnValid('01999999997'), false);
    assert.equal(isLuhnValid(''), false);
    assert.equal(isLuhnValid('2A0000014'), false);
  });

  it('the key of a FINESS with a letter cannot be doubted', () => {
    const keys = ['990000010', '990000011', '2A0000011'].map((text) => {
      const finess = parseFiness(text);
      return finess && isFinessKeyValid(finess);
    });
    assert.deepEqual(keys, [true, false, true]);
  });

  it('the SIRET of an office of La Poste follows its own rule', () => {
    // The digits of …12341 sum to 25, those of …12342 to 26; neither passes Luhn.
    const keys = ['35600000000048', '35600000012341', '35600000012342', '99999999800018'].map(
      (text) => {
        const siret = parseSiret(text);
        return siret && isSiretKeyValid(siret);
      },
    );
    assert.deepEqual(keys, [true, true, false, false]);
  });
});
