// Our reader of paths against the reference engine (npm fhirpath), on addresses made to break it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fhirpath from 'fhirpath';
import fhirR4 from 'fhirpath/fhir-context/r4/index.js';
import { attributes, parsePath } from '../../src/simulator/path.js';
import { resourceTypes } from '../../src/simulator/systems.js';
import fc from '../support/fast-check.js';
import { attributePath, pathOf, contactPoint } from '../support/simulator.js';

// Its own types do not agree with themselves under exactOptionalPropertyTypes.
const r4 = fhirR4 as unknown as Parameters<typeof fhirpath.evaluate>[3];

const hostile = fc
  .array(
    fc.constantFrom(
      "'",
      '\\',
      '"',
      '`',
      '/',
      ')',
      '(',
      ' ',
      '=',
      '.',
      'é',
      '\u{1f600}',
      '\n',
      'n',
      'u0041',
      '@',
      'a',
      '|',
      '%',
    ),
  )
  .map((signs) => signs.join(''));

test('any address, escaped, is read back as it was, and as the reference engine reads it', () => {
  fc.assert(
    fc.property(hostile, fc.constantFrom(...resourceTypes), (adresse, resourceType) => {
      const path = pathOf(resourceType, adresse);
      assert.deepEqual(parsePath(path, resourceType), { kind: 'bal', adresse });
      const resource = {
        resourceType,
        telecom: [{ value: `${adresse}x` }, { value: adresse }],
      };
      const found = fhirpath.evaluate(resource, path, undefined, r4) as unknown[];
      assert.deepEqual(found, [{ value: adresse }]);
    }),
    { numRuns: 300 },
  );
});

test('whatever is accepted of a random text, the reference engine finds the same element', () => {
  const slots: readonly (readonly string[])[] = [
    ['Practitioner.telecom', 'Practitioner.telecom', 'Practitioner', 'telecom'],
    ['.where(', '.where(', '.where( ', '.first('],
    ['value', 'value', 'value ', 'system'],
    ['=', '= ', '=   ', '~', '=='],
    ["'a'", "'\\''", "'\\u0061'", "'\\x'", "'", "''", "'é\\\\'", '"a"'],
    [')', ')', ' )', '))', ''],
    [
      '',
      '.rank',
      attributePath('listeRouge'),
      '.value',
      '.rank.rank',
      `${attributePath('listeRouge')} `,
    ],
  ];
  const text = fc
    .tuple(...slots.map((slot) => fc.constantFrom(...slot)))
    .map((parts) => parts.join(''));
  let accepted = 0;
  fc.assert(
    fc.property(text, (path) => {
      const parsed = parsePath(path, 'Practitioner');
      if (typeof parsed === 'string' || parsed.kind === 'telecom') return;
      accepted += 1;
      const bal = contactPoint(parsed.adresse, { listeRouge: true, rank: 3 });
      const resource = { resourceType: 'Practitioner', telecom: [{ value: 'b' }, bal] };
      const [found, ...others] = fhirpath.evaluate(resource, path, undefined, r4) as unknown[];
      const expected = parsed.kind === 'bal' ? bal : parsed.kind === 'rank' ? 3 : true;
      assert.deepEqual([found, others], [expected, []], path);
    }),
    { numRuns: 3_000 },
  );
  assert.ok(accepted > 20, `only ${accepted} paths were accepted`);
});

test('every path of the published examples is read', () => {
  let count = 0;
  const folder = 'test/fixtures/feed-api/patch-examples';
  for (const file of readdirSync(folder)) {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    for (const [, path = ''] of text.matchAll(
      /"valueString": "((?:Pract|Organ)\w+\.telecom[^"]*)"/gu,
    )) {
      count += 1;
      const resourceType = resourceTypes.find((one) => path.startsWith(`${one}.`));
      assert.ok(resourceType);
      assert.equal(typeof parsePath(path, resourceType), 'object', path);
    }
  }
  assert.equal(count, 40);
});

for (const attribute of attributes) {
  test(`the path of ${attribute}`, () => {
    const path = pathOf('Organization', 'a@b') + attributePath(attribute);
    const parsed = { kind: 'attribute', adresse: 'a@b', attribute };
    assert.deepEqual(parsePath(path, 'Organization'), parsed);
  });
}

const refused: readonly string[] = [
  '',
  'telecom',
  'Practitioner',
  'Practitioner.telecom ',
  ' Practitioner.telecom',
  'Practitioner.telecom[0]',
  'Practitioner.telecom.first()',
  'Organization.telecom',
  'Practitioner.identifier',
  "Practitioner.telecom.where(value='a'",
  "Practitioner.telecom.where(value = 'a').value",
  "Practitioner.telecom.where(value ~ 'a')",
  'Practitioner.telecom.where(value = "a")',
  "Practitioner.telecom.where(value = 'a' or true)",
  "Practitioner.telecom.where(value = 'a'b')",
  "Practitioner.telecom.where(value = '\\q')",
  "Practitioner.telecom.where(value = '\\u00g0')",
  "Practitioner.telecom.where(value = 'a').rank.rank",
  "Practitioner.telecom.where(system = 'email')",
  "Practitioner.telecom.where(value = 'a').extension('http://autre').extension('type').value",
  pathOf('Practitioner', 'a') + attributePath('phone'),
  `${pathOf('Practitioner', 'a')}${attributePath('type')} `,
];
for (const path of refused) {
  test(`refused: ${path}`, () => {
    assert.equal(typeof parsePath(path, 'Practitioner'), 'string');
  });
}
