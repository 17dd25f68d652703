// All of the operations, or none; in order; and never anything that one BAL too many could hide behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, type Target } from '../../src/simulator/apply.js';
import { applyEffects, type CarriedBal } from '../../src/simulator/carried-bal.js';
import { formOf } from '../../src/simulator/contact-point.js';
import { dialectNamed } from '../../src/simulator/dialect.js';
import { readOperations } from '../../src/simulator/operations.js';
import fc from '../support/fast-check.js';
import {
  attributePath,
  contactPoint,
  insertion,
  parameters,
  replacement,
  deletion,
  type Part,
} from '../support/simulator.js';

const target: Target = {
  resourceType: 'Organization',
  isIdentified: true,
  namedStructure: undefined,
};
const dialect = dialectNamed('tolerant');
const adresses = ['a@x.mssante.fr', 'b@x.mssante.fr', 'c@x.mssante.fr', 'd@x.mssante.fr'];

function bal(adresse: string, extra: Partial<CarriedBal> = {}): CarriedBal {
  return {
    adresse,
    typeBal: 'ORG',
    listeRouge: false,
    rank: undefined,
    description: undefined,
    service: undefined,
    responsable: undefined,
    form: formOf('R256', false),
    isSeeded: true,
    namedStructure: undefined,
    ...extra,
  };
}

/** Status of the refusal, or what is carried afterwards. */
function run(
  bals: readonly CarriedBal[],
  operations: readonly Part[][],
): number | readonly CarriedBal[] {
  const parsed = readOperations(parameters(...operations), 'Organization');
  if ('kind' in parsed) return parsed.status;
  const outcome = apply(bals, parsed, target, dialect);
  return outcome.kind === 'refusal' ? outcome.status : outcome.bals;
}

const adresse = fc.constantFrom(...adresses);
const operation: fc.Arbitrary<Part[]> = fc.oneof(
  fc
    .tuple(adresse, fc.nat(4))
    .map(([one, index]) => insertion('Organization', contactPoint(one, { type: 'ORG' }), index)),
  adresse.map((one) => deletion('Organization', one)),
  fc
    .tuple(adresse, fc.nat(9))
    .map(([one, rank]) => replacement('Organization', one, '.rank', { valueInteger: rank })),
  fc.tuple(adresse, adresse).map(([one, other]) =>
    replacement('Organization', one, '', {
      valueContactPoint: contactPoint(other, { type: 'APP', rank: 2 }),
    }),
  ),
  fc
    .tuple(adresse, fc.boolean())
    .map(([one, isRouge]) =>
      replacement('Organization', one, attributePath('listeRouge'), { valueBoolean: isRouge }),
    ),
);

test('several operations do what each does after the one before, or nothing at all', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(adresse),
      fc.array(operation, { minLength: 1, maxLength: 6 }),
      (seeded, operations) => {
        const initial = seeded.map((one) => bal(one));
        const copyOf = structuredClone(initial);
        const together = run(initial, operations);
        assert.deepEqual(initial, copyOf, 'what was given is left as it was');
        let current: number | readonly CarriedBal[] = initial;
        for (const one of operations) {
          if (typeof current === 'object') current = run(current, [one]);
        }
        assert.deepEqual(together, current);
        if (typeof together === 'number') refused += 1;
        else assert.equal(new Set(together.map((one) => one.adresse)).size, together.length);
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(refused > 100, `only ${refused} were refused`);
});

test('what the journal keeps gives the same state again', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(adresse),
      fc.array(operation, { minLength: 1, maxLength: 6 }),
      (seeded, operations) => {
        const initial = seeded.map((one) => bal(one));
        const parsed = readOperations(parameters(...operations), 'Organization');
        assert.ok(!('kind' in parsed));
        const outcome = apply(initial, parsed, target, dialect);
        if (outcome.kind === 'applied')
          assert.deepEqual(applyEffects(initial, outcome.effects), outcome.bals);
      },
    ),
  );
});

const two = [bal('a@x.mssante.fr'), bal('b@x.mssante.fr', { rank: 1, description: 'Accueil' })];
const org = (one: string, extra: Parameters<typeof contactPoint>[1] = {}): object =>
  contactPoint(one, { type: 'ORG', ...extra });
const cases: readonly (readonly [
  name: string,
  operations: readonly Part[][],
  expected: number | string[],
])[] = [
  ['an insert at the end', [insertion('Organization', org('c@x.mssante.fr'), 2)], ['a', 'b', 'c']],
  [
    'an insert in the middle',
    [insertion('Organization', org('c@x.mssante.fr'), 1)],
    ['a', 'c', 'b'],
  ],
  ['an insert beyond the end', [insertion('Organization', org('c@x.mssante.fr'), 3)], 422],
  [
    'an insert without index',
    [insertion('Organization', org('c@x.mssante.fr')).filter(({ name }) => name !== 'index')],
    400,
  ],
  ['an insert of what is there', [insertion('Organization', org('a@x.mssante.fr'))], 422],
  [
    'an insert of what is there, in capitals',
    [insertion('Organization', org('A@x.mssante.fr'))],
    422,
  ],
  [
    'an insert after its delete',
    [deletion('Organization', 'a@x.mssante.fr'), insertion('Organization', org('a@x.mssante.fr'))],
    ['a', 'b'],
  ],
  ['an address that is no MSSanté', [insertion('Organization', org('c@example.fr'))], 400],
  [
    'a type that an Organization does not carry',
    [insertion('Organization', org('c@x.mssante.fr', { type: 'PER' }))],
    422,
  ],
  ['a delete of nothing', [deletion('Organization', 'z@x.mssante.fr')], ['a', 'b']],
  [
    'a delete that only differs by its capitals',
    [deletion('Organization', 'A@x.mssante.fr')],
    ['a', 'b'],
  ],
  [
    'a replace of nothing',
    [replacement('Organization', 'z@x.mssante.fr', '.rank', { valueInteger: 1 })],
    422,
  ],
  [
    'a replace of an absent rank',
    [replacement('Organization', 'a@x.mssante.fr', '.rank', { valueInteger: 1 })],
    422,
  ],
  [
    'a replace of an absent attribute',
    [
      replacement('Organization', 'a@x.mssante.fr', attributePath('service'), {
        valueString: 's',
      }),
    ],
    422,
  ],
  [
    'a replace of a rank',
    [replacement('Organization', 'b@x.mssante.fr', '.rank', { valueInteger: 2 })],
    ['a', 'b'],
  ],
  [
    'a rank of zero',
    [replacement('Organization', 'b@x.mssante.fr', '.rank', { valueInteger: 0 })],
    400,
  ],
  [
    'a replace by the address of another',
    [
      replacement('Organization', 'a@x.mssante.fr', '', {
        valueContactPoint: org('b@x.mssante.fr'),
      }),
    ],
    422,
  ],
  [
    'a value of the wrong kind',
    [
      replacement('Organization', 'b@x.mssante.fr', attributePath('description'), {
        valueBoolean: true,
      }),
    ],
    400,
  ],
  [
    'an empty text',
    [
      replacement('Organization', 'b@x.mssante.fr', attributePath('description'), {
        valueString: '',
      }),
    ],
    400,
  ],
  [
    'a last operation that fails',
    [deletion('Organization', 'a@x.mssante.fr'), insertion('Organization', org('b@x.mssante.fr'))],
    422,
  ],
];
for (const [name, operations, expected] of cases) {
  test(name, () => {
    const found = run(two, operations);
    assert.deepEqual(
      typeof found === 'number' ? found : found.map((one) => one.adresse.split('@')[0]),
      expected,
    );
  });
}

test('what has no RPPS can only lose its BAL', () => {
  const unexpected: Target = {
    resourceType: 'Practitioner',
    isIdentified: false,
    namedStructure: undefined,
  };
  const per = [bal('a@x.mssante.fr', { typeBal: 'PER', rank: 1 })];
  for (const part of [
    insertion('Practitioner', contactPoint('b@x.mssante.fr')),
    replacement('Practitioner', 'a@x.mssante.fr', '.rank', { valueInteger: 2 }),
  ]) {
    const parsed = readOperations(parameters(part), 'Practitioner');
    assert.ok(!('kind' in parsed));
    const outcome = apply(per, parsed, unexpected, dialect);
    assert.equal(outcome.kind === 'refusal' && outcome.status, 422);
  }
  const parsed = readOperations(
    parameters(deletion('Practitioner', 'a@x.mssante.fr')),
    'Practitioner',
  );
  assert.ok(!('kind' in parsed));
  const outcome = apply(per, parsed, unexpected, dialect);
  assert.deepEqual(outcome.kind === 'applied' && outcome.bals, []);
});

const bodies: readonly (readonly [name: string, body: unknown])[] = [
  ['null', null],
  ['a list', []],
  ['another resource', { resourceType: 'Bundle', parameter: [] }],
  ['no operation', { resourceType: 'Parameters', parameter: [] }],
  [
    'an operation that is none',
    { resourceType: 'Parameters', parameter: [{ name: 'autre', part: [] }] },
  ],
  ['an unknown element', { ...parameters(deletion('Organization', 'a')), contained: [] }],
  [
    'two paths',
    parameters([
      ...deletion('Organization', 'a'),
      { name: 'path', valueString: 'Organization.telecom' },
    ]),
  ],
  ['two values in one part', parameters([{ name: 'type', valueCode: 'delete', valueString: 'x' }])],
  [
    'add, which is not in the draft',
    parameters([
      { name: 'type', valueCode: 'add' },
      { name: 'path', valueString: 'Organization.telecom' },
    ]),
  ],
  [
    'a delete of the whole list',
    parameters([
      { name: 'type', valueCode: 'delete' },
      { name: 'path', valueString: 'Organization.telecom' },
    ]),
  ],
  [
    'too many operations',
    parameters(...Array.from({ length: 501 }, () => deletion('Organization', 'a'))),
  ],
];
for (const [name, body] of bodies) {
  test(`a body refused: ${name}`, () => {
    const parsed = readOperations(body, 'Organization');
    assert.ok('kind' in parsed);
    assert.equal(parsed.status, 400);
  });
}
