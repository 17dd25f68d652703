import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../support/fast-check.js';
import {
  dnLengthMax,
  escapeRdnValue,
  normaliseDn,
  parentOf,
  parseDn,
  type Dn,
  type DnRules,
} from '../../../src/ldap/dn/dn.js';

const aliases = new Map([
  ['2.5.4.3', 'cn'],
  ['commonname', 'cn'],
  ['2.5.4.10', 'o'],
  ['organizationname', 'o'],
  ['2.5.4.6', 'c'],
  ['countryname', 'c'],
]);

/** What a schema would say, in short: a few aliases, a case and spaces that do not count, nothing empty. */
const rules: DnRules = {
  canonicalType: (type) => {
    const name = type.toLowerCase();
    return name === 'foo' ? undefined : (aliases.get(name) ?? name);
  },
  prepareValue: (_type, value) =>
    value.trim().replace(/ +/g, ' ').toLowerCase().normalize('NFKC') || undefined,
};

const exact: DnRules = {
  canonicalType: (type) => type,
  prepareValue: (_type, value) => value,
};

function normalise(text: string): string | undefined {
  const dn = parseDn(text);
  return dn && normaliseDn(dn, rules);
}

/** All of them are the same entry; slapd 2.5.13 agrees, except where said. */
const sameEntry = [
  'o=mssante,c=fr',
  'O=MSSante, C=FR',
  'o=mssante;c=fr',
  'o = mssante , c = fr',
  '  o=mssante,c=fr  ',
  '\to=\n mssante,c=fr',
  '2.5.4.10=mssante,2.5.4.6=fr',
  'organizationName=mssante,countryName=fr',
  'o="mssante",c=fr',
  'o= "mssante" ,c=fr',
  'o=mss\\61nte,c=fr',
  'o=\\6d\\73\\73\\61\\6e\\74\\65,c=fr',
  'o=\\20mssante\\20,c=fr',
  'o=\\ mssante\\ ,c=fr',
  // Refused by slapd: the prefix of RFC 1779, and the BER of a value.
  'OID.2.5.4.10=mssante,oid.2.5.4.6=fr',
  'o=#04076d7373616e7465,c=fr',
  'o=#0C076D7373616E7465 ,c=#13024652',
];
for (const text of sameEntry) {
  test(`the same entry: ${JSON.stringify(text)}`, () => {
    assert.equal(normalise(text), 'o=mssante,c=fr');
  });
}

const normalised: [text: string, expected: string][] = [
  ['', ''],
  ['   ', ''],
  ['cn=a\\,b,o=x', 'cn=a\\2cb,o=x'],
  ['cn="a,b",o=x', 'cn=a\\2cb,o=x'],
  ['cn="a\\"b\\\\",o=x', 'cn=a\\22b\\5c,o=x'],
  ['cn=a\\+b+sn=c', 'cn=a\\2bb+sn=c'],
  ['sn=b+cn=a,o=x', 'cn=a+sn=b,o=x'],
  ['sn=b + cn=a , o=x', 'cn=a+sn=b,o=x'],
  ['cn="a"+sn=b', 'cn=a+sn=b'],
  ['cn=a=b', 'cn=a=b'],
  ['cn=a#b', 'cn=a#b'],
  ['cn=\\#a', 'cn=\\23a'],
  ['cn=a\\=b', 'cn=a=b'],
  ['cn=a\\00b', 'cn=a\\00b'],
  ['cn=\\c3\\a9', 'cn=é'],
  ['cn=e\\cc\\81', 'cn=é'],
  ['cn=É', 'cn=é'],
  ['cn=/', 'cn=/'],
  ['mail=Jean.Dupont@x.fr,ou=bal,o=mssante,c=fr', 'mail=jean.dupont@x.fr,ou=bal,o=mssante,c=fr'],
];
for (const [text, expected] of normalised) {
  test(`normalised: ${JSON.stringify(text)}`, () => assert.equal(normalise(text), expected));
}

/** slapd 2.5.13 answers invalidDNSyntax to each. */
const refused = [
  'foo',
  'cn',
  'cn,o=x',
  '=x,o=x',
  'o=x,',
  'o=x,,c=fr',
  ',o=x',
  'o=x+',
  'o=x+,c=fr',
  '+o=x',
  'o=mss\\ante',
  'o=mss\\xante',
  'cn=a\\.b',
  'cn=x\\',
  'cn=x\\2',
  'cn=\\ff',
  'cn=\\c3x\\a9',
  'cn=a\0b',
  'cn=a"b',
  'cn=a<b',
  'cn=a>b',
  'cn=a;b',
  'cn="x',
  'cn="x\\',
  'cn="x" y',
  'cn="a\0b"',
  '""',
  'o=#',
  'o=#0',
  'o=#zz',
  'o=#6d',
  'o=#0401',
  'o=#040161aa',
  'o=#0481',
  'o=#0480610000',
  'o=#0401ff',
  'o=#020101',
  'o=#24030401610000',
  '01.2=x',
  '1=x',
  '1..2=x',
  '2.5.4.10.=x',
  'oid.=x',
  'oid.o=x',
  'o_x=y',
  '-o=y',
  'é=y',
  'o x=y',
  '/c=fr/o=x',
  '<ldap://x>',
];
for (const text of refused) {
  test(`not a DN: ${JSON.stringify(text)}`, () => assert.equal(parseDn(text), undefined));
}

/** Those that slapd refuses because of the schema. */
for (const text of ['foo=bar,o=x', 'o=a+o=b', 'o=a+2.5.4.10=b', 'o=', 'o= ,c=fr', 'o=""']) {
  test(`a DN that the schema refuses: ${JSON.stringify(text)}`, () => {
    assert.notEqual(parseDn(text), undefined);
    assert.equal(normalise(text), undefined);
  });
}

test('values keep what is not a separator', () => {
  assert.deepEqual(parseDn(' CN = Jean  Dupont\\ + oid.2.5.4.4="D, \\c3\\a9" ;o=\\#1 '), [
    [
      { type: 'CN', value: 'Jean  Dupont ' },
      { type: '2.5.4.4', value: 'D, é' },
    ],
    [{ type: 'o', value: '#1' }],
  ]);
});

test('printing escapes what RFC 4514 says, and shows control characters', () => {
  assert.equal(escapeRdnValue('Jean Dupont'), 'Jean Dupont');
  assert.equal(escapeRdnValue(' a "b"+c,d;<e>\\ '), '\\ a \\"b\\"\\+c\\,d\\;\\<e\\>\\\\\\ ');
  assert.equal(escapeRdnValue('#1'), '\\#1');
  assert.equal(escapeRdnValue('1#'), '1#');
  assert.equal(escapeRdnValue(' '), '\\ ');
  assert.equal(escapeRdnValue('a\n\0é'), 'a\\0a\\00é');
  assert.equal(escapeRdnValue(''), '');
});

test('what is too long, too deep or too wide is not a DN', () => {
  const rdn = (count: number): string => Array<string>(count).fill('o=a').join(',');
  assert.equal(parseDn(rdn(100))?.length, 100);
  assert.equal(parseDn(rdn(101)), undefined);
  const wide = (count: number): string =>
    Array.from({ length: count }, (_, i) => `a${i}=x`).join('+');
  assert.equal(parseDn(wide(16))?.[0]?.length, 16);
  assert.equal(parseDn(wide(17)), undefined);
  assert.ok(parseDn(`o=${'a'.repeat(dnLengthMax - 2)}`));
  assert.equal(parseDn(`o=${'a'.repeat(dnLengthMax - 1)}`), undefined);
});

test('parents are told by the text of normalised DN', () => {
  assert.equal(parentOf('cn=a\\2cb,o=x,c=fr'), 'o=x,c=fr');
  assert.equal(parentOf('c=fr'), '');
  assert.equal(parentOf(''), undefined);
});

const typeArbitrary = fc.oneof(
  fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,8}$/),
  fc.stringMatching(/^[0-2](\.(0|[1-9][0-9]{0,4})){1,4}$/),
);
const valueArbitrary = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...Array.from(' ,+"\\<>;=#\0\n\taé€')) }),
);
const avaArbitrary = fc.record(
  { type: typeArbitrary, value: valueArbitrary },
  { noNullPrototype: true },
);
const rdnArbitrary = fc.uniqueArray(avaArbitrary, {
  minLength: 1,
  maxLength: 3,
  selector: (ava) => ava.type,
});
const dnArbitrary = fc.array(rdnArbitrary, { maxLength: 5 });

function printDn(dn: Dn): string {
  return dn
    .map((rdn) => rdn.map(({ type, value }) => `${type}=${escapeRdnValue(value)}`).join('+'))
    .join(',');
}

test('any DN that is printed is read back the same', () => {
  fc.assert(
    fc.property(dnArbitrary, (dn) => {
      assert.deepEqual(parseDn(printDn(dn)), dn);
    }),
  );
});

test('a normalised DN is a DN, normalised, with the same parent; order in an RDN does not count', () => {
  fc.assert(
    fc.property(dnArbitrary, (dn) => {
      const text = normaliseDn(dn, exact) ?? assert.fail();
      const parsed = parseDn(text) ?? assert.fail();
      assert.equal(normaliseDn(parsed, exact), text);
      assert.equal(
        normaliseDn(
          dn.map((rdn) => [...rdn].reverse()),
          exact,
        ),
        text,
      );
      assert.equal(parentOf(text), dn.length === 0 ? undefined : normaliseDn(dn.slice(1), exact));
    }),
  );
});

test('two DN that differ are not the same once normalised', () => {
  const avas = fc.array(valueArbitrary, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(avas, avas, (a, b) => {
      const [first, second] = [a, b].map((values) =>
        normaliseDn(
          values.map((value) => [{ type: 'o', value }]),
          exact,
        ),
      );
      assert.equal(first === second, a.length === b.length && a.every((v, i) => v === b[i]));
    }),
  );
});

test('no text makes the parser fail', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...Array.from('o=,+;\\"#04c3 a.')) }),
      ),
      (text) => {
        const dn = parseDn(text);
        if (dn) assert.deepEqual(parseDn(printDn(dn)), dn);
      },
    ),
    { numRuns: 1000 },
  );
});
