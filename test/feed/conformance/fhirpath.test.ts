// The paths that we write, evaluated by a FHIRPath engine: they select one element, or none, and nothing can escape.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { type CarrierType, isCarrierType } from '../../../src/feed/carrier.js';
import { parseResource } from '../../../src/feed/fhir-resource.js';
import {
  fhirPathString,
  mailboxPath,
  metadataPath,
  rankPath,
  telecomPath,
} from '../../../src/feed/fhirpath.js';
import { telecom } from '../../support/feed.js';

function evaluate(resource: object, path: string): unknown[] {
  const found: unknown = fhirpath.evaluate(resource, path, {}, r4);
  assert.ok(Array.isArray(found));
  return found as unknown[];
}

const fhirFolder = 'test/fixtures/feed-api/fhir';

describe('on the example resources of the guides', () => {
  let selected = 0;
  for (const file of readdirSync(fhirFolder).filter((name) =>
    /^(Practitioner|Organization)/.test(name),
  )) {
    it(`${file}: each BAL is selected alone, an absent one not at all`, () => {
      const resource = JSON.parse(readFileSync(`${fhirFolder}/${file}`, 'utf8')) as object;
      const read = parseResource(resource);
      assert.ok(read && isCarrierType(read.resourceType));
      for (const { adresse, listeRouge, description } of read.bals) {
        const [point, ...others] = evaluate(resource, mailboxPath(read.resourceType, adresse));
        assert.equal((point as { value: string }).value, adresse);
        assert.deepEqual(others, []);
        for (const [name, value] of [
          ['listeRouge', listeRouge],
          ['description', description],
          // Removed from the model, or of another type of BAL: never there.
          ['responsible', undefined],
        ] as const) {
          const path = metadataPath(read.resourceType, adresse, name);
          assert.deepEqual(evaluate(resource, path), value === undefined ? [] : [value], name);
        }
        selected += 1;
      }
      assert.deepEqual(
        evaluate(resource, mailboxPath(read.resourceType, 'absente@x.mssante.fr')),
        [],
      );
      assert.deepEqual(evaluate(resource, rankPath(read.resourceType, 'absente@x.mssante.fr')), []);
    });
  }

  it('select something', () => {
    assert.equal(selected, 7);
  });
});

const hostile: readonly string[] = [
  "o'brien@x.mssante.fr",
  "a') or (true@x.mssante.fr",
  "a' or '1'='1@x.mssante.fr",
  "a').rank | Practitioner.telecom.where(value='x@x.mssante.fr",
  'back\\slash@x.mssante.fr',
  "fin\\'@x.mssante.fr",
  'retour\nligne@x.mssante.fr',
  'retour\rchariot@x.mssante.fr',
  'tab\tulation@x.mssante.fr',
  'nul\0@x.mssante.fr',
  '"guillemets"@x.mssante.fr',
  '`accents`@x.mssante.fr',
  '/*commentaire*/@x.mssante.fr',
  '//commentaire@x.mssante.fr',
  '\\u0027 or true@x.mssante.fr',
  '%resource@x.mssante.fr',
  'é\u2028\u2029\u200e@x.mssante.fr',
  '🙂@x.mssante.fr',
  '\u{e0001}@x.mssante.fr',
  '',
];

describe('a hostile address', () => {
  const resource = {
    resourceType: 'Practitioner',
    telecom: [
      telecom('x@x.mssante.fr', 'PER', { rank: 1 }),
      ...hostile.map((adresse, index) => telecom(adresse, 'PER', { rank: index + 10 })),
    ],
  };
  for (const [index, adresse] of hostile.entries()) {
    it(`${JSON.stringify(adresse)} selects itself alone`, () => {
      assert.deepEqual(evaluate(resource, rankPath('Practitioner', adresse)), [index + 10]);
      assert.deepEqual(evaluate(resource, metadataPath('Practitioner', adresse, 'listeRouge')), [
        false,
      ]);
    });
    it(`${JSON.stringify(adresse)} selects nothing where it is not`, () => {
      const bare = { ...resource, telecom: resource.telecom.slice(0, 1) };
      assert.deepEqual(evaluate(bare, mailboxPath('Practitioner', adresse)), []);
    });
  }
});

test('any text is a literal that is equal to itself, and to nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, other) => {
      const resource = { resourceType: 'Practitioner', telecom: [{ value: text }] };
      const same = evaluate(
        resource,
        `Practitioner.telecom.where(value = ${fhirPathString(text)})`,
      );
      assert.equal(same.length, 1);
      const found = evaluate(
        resource,
        `Practitioner.telecom.where(value = ${fhirPathString(other)})`,
      );
      assert.equal(found.length, text === other ? 1 : 0);
    }),
    { numRuns: 300 },
  );
});

test('a literal holds no quote, line or control character that could end it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = fhirPathString(text).slice(1, -1);
      assert.ok(!/[\p{Cc}\u2028\u2029]/u.test(inside));
      assert.match(inside, /^(?:[^'\\]|\\['\\]|\\u[0-9a-f]{4})*$/u);
    }),
  );
});

test('telecomPath is where a list may grow', () => {
  for (const type of [
    'Practitioner',
    'PractitionerRole',
    'Organization',
  ] as const satisfies CarrierType[]) {
    assert.deepEqual(evaluate({ resourceType: type }, telecomPath(type)), []);
  }
});
