// The preparation of strings (RFC 4518), value by value. Spaces in substrings are as slapd 2.5 answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import {
  foldAccents,
  prepareSubstring,
  prepareValue,
  type SubstringPart,
} from '../../../src/ldap/schema/prepare.js';
import type { Matching } from '../../../src/ldap/schema/served-schema.js';

const values: [Matching, text: string, prepared: string | undefined][] = [
  ['caseIgnore', 'Jean DUPONT', 'jean dupont'],
  ['caseIgnore', '  Jean   Dupont ', 'jean dupont'],
  ['caseIgnore', 'É', 'é'],
  ['caseIgnore', 'E\u0301lodie', 'élodie'],
  ['caseIgnore', 'ÉLODIE ŒUVRE', 'élodie œuvre'],
  ['caseIgnore', 'Straße', 'strasse'],
  ['caseIgnore', 'STRASSE', 'strasse'],
  ['caseIgnore', 'STRAẞE', 'strasse'],
  ['caseIgnore', 'ΌΔΟΣ', 'όδοσ'],
  ['caseIgnore', 'όδος', 'όδοσ'],
  ['caseIgnore', 'İstanbul', 'i\u0307stanbul'],
  ['caseIgnore', 'ılıca', 'ılıca'],
  ['caseIgnore', 'ſ', 's'],
  ['caseIgnore', 'ﬁche', 'fiche'],
  ['caseIgnore', 'Ⅳ', 'iv'],
  ['caseIgnore', '\u212b', 'å'],
  ['caseIgnore', 'ｊｅａｎ', 'jean'],
  ['caseIgnore', 'n°\u00a01', 'n° 1'],
  ['caseIgnore', 'Jean\tDupont\r\n', 'jean dupont'],
  ['caseIgnore', 'Jean\u2003\u3000Dupont', 'jean dupont'],
  ['caseIgnore', 'Je\u00adan\u200b D\u0000upont', 'jean dupont'],
  ['caseIgnore', '\u202eJean', 'jean'],
  ['caseIgnore', ' ', ' '],
  ['caseIgnore', '   ', ' '],
  ['caseIgnore', '', undefined],
  ['caseIgnore', '\u200b', undefined],
  ['caseIgnore', 'a\ufffdb', undefined],
  ['caseIgnore', '\ue000', undefined],
  ['caseIgnore', '\ud800', undefined],
  ['caseIgnore', '\u0378', undefined],
  ['caseIgnore', '😀', '😀'],
  ['caseExact', ' Jean  DUPONT', 'Jean DUPONT'],
  ['caseExact', 'E\u0301', 'É'],
  ['caseExact', 'Straße', 'Straße'],
  ['caseIgnoreIa5', 'Jean.Dupont@CHU.mssante.fr', 'jean.dupont@chu.mssante.fr'],
  ['caseIgnoreIa5', ' a@b ', 'a@b'],
  ['caseIgnoreIa5', 'é@b', undefined],
  ['caseIgnoreIa5', '', ''],
  ['caseExactIa5', 'A@b', 'A@b'],
  ['telephoneNumber', '+33 1-02 03', '+3310203'],
  ['telephoneNumber', 'Foo', 'foo'],
  ['telephoneNumber', '- -', undefined],
  ['telephoneNumber', '', undefined],
  ['telephoneNumber', '+33é', undefined],
  ['numericString', ' 12 34 ', '1234'],
  ['numericString', '12a', undefined],
  ['numericString', ' ', undefined],
  ['integer', '-12', '-12'],
  ['integer', '0', '0'],
  ['integer', '-0', undefined],
  ['integer', '012', undefined],
  ['boolean', 'TRUE', 'TRUE'],
  ['boolean', 'true', undefined],
  ['uuid', 'C0A8012A-0000-4000-8000-00000000000F', 'c0a8012a-0000-4000-8000-00000000000f'],
  ['uuid', 'c0a8012a', undefined],
  ['octetString', ' A ', ' A '],
  ['objectIdentifier', 'INETORGPERSON', 'inetOrgPerson'],
  ['objectIdentifier', '2.16.840.1.113730.3.2.2', 'inetOrgPerson'],
  ['objectIdentifier', 'PERSON', 'person'],
  ['objectIdentifier', 'nobodyKnows', undefined],
  ['objectIdentifier', '1.2.3.4', '1.2.3.4'],
  ['objectIdentifier', '1.02', undefined],
  ['distinguishedName', 'OU=Bal, O = MSSante ,C=FR', 'ou=bal,o=mssante,c=fr'],
  ['distinguishedName', '2.5.4.11=BAL,organizationName=mssante', 'ou=bal,o=mssante'],
  ['distinguishedName', 'mail=A\\2BB@x.fr,o=x', 'mail=a\\2bb@x.fr,o=x'],
  ['distinguishedName', '', ''],
  ['distinguishedName', 'o', undefined],
  ['distinguishedName', 'inconnu=x', undefined],
  ['distinguishedName', 'mail=é@x', undefined],
  ['generalizedTime', '20261009120000Z', '20261009120000Z'],
  ['generalizedTime', '2026100912Z', '20261009120000Z'],
  ['generalizedTime', '202610091230Z', '20261009123000Z'],
  ['generalizedTime', '20261009140000+0200', '20261009120000Z'],
  ['generalizedTime', '20261009113000-0030', '20261009120000Z'],
  ['generalizedTime', '20261009120000.50Z', '20261009120000Z.5'],
  ['generalizedTime', '2026100912,5Z', '20261009123000Z'],
  ['generalizedTime', '20260230120000Z', undefined],
  ['generalizedTime', '20261009250000Z', undefined],
  ['generalizedTime', '20261009120000', undefined],
  ['generalizedTime', '2026', undefined],
];
for (const [matching, text, prepared] of values) {
  test(`${matching} prepares ${JSON.stringify(text)}`, () => {
    assert.equal(prepareValue(matching, text), prepared);
  });
}

const parts: [Matching, text: string, SubstringPart, prepared: string | undefined][] = [
  ['caseIgnore', 'JEAN', 'any', 'jean'],
  ['caseIgnore', ' Jean  Dup ', 'initial', 'jean dup '],
  ['caseIgnore', ' Jean  Dup ', 'any', ' jean dup '],
  ['caseIgnore', ' Jean  Dup ', 'final', ' jean dup'],
  ['caseIgnore', '  ', 'initial', ' '],
  ['caseIgnore', '  ', 'any', ' '],
  ['caseIgnore', '  ', 'final', ''],
  ['caseIgnore', '', 'any', undefined],
  ['caseIgnore', '\u200b', 'any', undefined],
  ['caseIgnore', '\u0301', 'any', '\u0301'],
  ['caseIgnoreIa5', ' Jean ', 'any', 'jean'],
  ['caseIgnoreIa5', ' ', 'any', ''],
  ['caseIgnoreIa5', 'é', 'any', undefined],
  ['telephoneNumber', '02-0', 'any', '020'],
  ['telephoneNumber', ' - ', 'any', undefined],
  ['numericString', '1 2', 'initial', '12'],
  ['distinguishedName', 'o=x', 'any', undefined],
  ['objectIdentifier', 'person', 'initial', undefined],
];
for (const [matching, text, place, prepared] of parts) {
  test(`${matching} prepares ${JSON.stringify(text)} as the ${place} part of a substring`, () => {
    assert.equal(prepareSubstring(matching, text, place), prepared);
  });
}

const folded: [strict: string, folded: string][] = [
  ['élodie', 'elodie'],
  ['garçon naïve à noël', 'garcon naive a noel'],
  ['œuvre ægir søren đorđe łukasz', 'oeuvre aegir soren dorde lukasz'],
  ['l’haÿ-les‐roses', "l'hay-les-roses"],
  ['i\u0307stanbul', 'istanbul'],
  ['plain', 'plain'],
  ['日本', '日本'],
];
for (const [strict, expected] of folded) {
  test(`${strict} without accents is ${expected}`, () =>
    assert.equal(foldAccents(strict), expected));
}

// Names as people write and mistype them, and anything at all.
const letters = fc.constantFrom(...Array.from('eEéÉèçÇœŒßσΣςİıſﬁ \u0301\u0327\u00a0\u200b’-aA'));
const anyText = fc.oneof(
  fc.string({ unit: letters, maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

test('what was prepared prepares to itself', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom<Matching>('caseIgnore', 'caseExact'), (text, matching) => {
      const prepared = prepareValue(matching, text);
      if (prepared !== undefined) assert.equal(prepareValue(matching, prepared), prepared);
    }),
    { numRuns: 3000 },
  );
});

test('upper and lower case of a text are equal', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('eéÉçœßσςıſ aZ')), maxLength: 8 }),
      (text) => {
        if (text.includes('ı')) return;
        const prepared = prepareValue('caseIgnore', text);
        assert.equal(prepareValue('caseIgnore', text.toUpperCase()), prepared);
        assert.equal(prepareValue('caseIgnore', text.toLowerCase()), prepared);
      },
    ),
  );
});

test('folding accents keeps what is inside inside', () => {
  fc.assert(
    fc.property(anyText, anyText, (before, after) => {
      assert.equal(foldAccents(before + after), foldAccents(before) + foldAccents(after));
    }),
    { numRuns: 3000 },
  );
});

test('the order of times is the order of their texts', () => {
  const times = fc.tuple(
    fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    fc.constantFrom('', '.25', '.5'),
  );
  fc.assert(
    fc.property(times, times, ([a, aFraction], [b, bFraction]) => {
      const text = (date: Date, fraction: string): string =>
        `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}${fraction}Z`;
      const stamp = (date: Date, fraction: string): number =>
        Math.floor(date.getTime() / 1000) + Number(`0${fraction}`);
      const [x, y] = [text(a, aFraction), text(b, bFraction)].map((time) =>
        prepareValue('generalizedTime', time),
      );
      assert.ok(x !== undefined && y !== undefined);
      assert.equal(x < y, stamp(a, aFraction) < stamp(b, bFraction));
    }),
  );
});
