// All of the operations, or none; in order; and never anything that one BAL too many could hide behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliquer, type Cible } from '../../src/simulateur/appliquer.js';
import { appliquerEffets, type BalPortee } from '../../src/simulateur/bal-portee.js';
import { formeDe } from '../../src/simulateur/contact-point.js';
import { dialecteNomme } from '../../src/simulateur/dialecte.js';
import { lireOperations } from '../../src/simulateur/operations.js';
import fc from '../support/fast-check.js';
import {
  cheminAttribut,
  contactPoint,
  insertion,
  parameters,
  remplacement,
  suppression,
  type Part,
} from '../support/simulateur.js';

const cible: Cible = { ressource: 'Organization', isIdentifie: true, structureNommee: undefined };
const dialecte = dialecteNomme('tolerant');
const adresses = ['a@x.mssante.fr', 'b@x.mssante.fr', 'c@x.mssante.fr', 'd@x.mssante.fr'];

function bal(adresse: string, plus: Partial<BalPortee> = {}): BalPortee {
  return {
    adresse,
    typeBal: 'ORG',
    listeRouge: false,
    rang: undefined,
    description: undefined,
    service: undefined,
    responsable: undefined,
    forme: formeDe('R256', false),
    isInitiale: true,
    structureNommee: undefined,
    ...plus,
  };
}

/** Status of the refusal, or what is carried afterwards. */
function run(
  bals: readonly BalPortee[],
  operations: readonly Part[][],
): number | readonly BalPortee[] {
  const lues = lireOperations(parameters(...operations), 'Organization');
  if ('kind' in lues) return lues.status;
  const fait = appliquer(bals, lues, cible, dialecte);
  return fait.kind === 'refus' ? fait.status : fait.bals;
}

const adresse = fc.constantFrom(...adresses);
const operation: fc.Arbitrary<Part[]> = fc.oneof(
  fc
    .tuple(adresse, fc.nat(4))
    .map(([one, index]) => insertion('Organization', contactPoint(one, { type: 'ORG' }), index)),
  adresse.map((one) => suppression('Organization', one)),
  fc
    .tuple(adresse, fc.nat(9))
    .map(([one, rang]) => remplacement('Organization', one, '.rank', { valueInteger: rang })),
  fc.tuple(adresse, adresse).map(([one, other]) =>
    remplacement('Organization', one, '', {
      valueContactPoint: contactPoint(other, { type: 'APP', rank: 2 }),
    }),
  ),
  fc
    .tuple(adresse, fc.boolean())
    .map(([one, isRouge]) =>
      remplacement('Organization', one, cheminAttribut('listeRouge'), { valueBoolean: isRouge }),
    ),
);

test('several operations do what each does after the one before, or nothing at all', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(adresse),
      fc.array(operation, { minLength: 1, maxLength: 6 }),
      (initiales, operations) => {
        const depart = initiales.map((one) => bal(one));
        const copie = structuredClone(depart);
        const ensemble = run(depart, operations);
        assert.deepEqual(depart, copie, 'what was given is left as it was');
        let courant: number | readonly BalPortee[] = depart;
        for (const one of operations) {
          if (typeof courant === 'object') courant = run(courant, [one]);
        }
        assert.deepEqual(ensemble, courant);
        if (typeof ensemble === 'number') refused += 1;
        else assert.equal(new Set(ensemble.map((one) => one.adresse)).size, ensemble.length);
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
      (initiales, operations) => {
        const depart = initiales.map((one) => bal(one));
        const lues = lireOperations(parameters(...operations), 'Organization');
        assert.ok(!('kind' in lues));
        const fait = appliquer(depart, lues, cible, dialecte);
        if (fait.kind === 'applique')
          assert.deepEqual(appliquerEffets(depart, fait.effets), fait.bals);
      },
    ),
  );
});

const deux = [bal('a@x.mssante.fr'), bal('b@x.mssante.fr', { rang: 1, description: 'Accueil' })];
const org = (one: string, plus: Parameters<typeof contactPoint>[1] = {}): object =>
  contactPoint(one, { type: 'ORG', ...plus });
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
    [
      suppression('Organization', 'a@x.mssante.fr'),
      insertion('Organization', org('a@x.mssante.fr')),
    ],
    ['a', 'b'],
  ],
  ['an address that is no MSSanté', [insertion('Organization', org('c@example.fr'))], 400],
  [
    'a type that an Organization does not carry',
    [insertion('Organization', org('c@x.mssante.fr', { type: 'PER' }))],
    422,
  ],
  ['a delete of nothing', [suppression('Organization', 'z@x.mssante.fr')], ['a', 'b']],
  [
    'a delete that only differs by its capitals',
    [suppression('Organization', 'A@x.mssante.fr')],
    ['a', 'b'],
  ],
  [
    'a replace of nothing',
    [remplacement('Organization', 'z@x.mssante.fr', '.rank', { valueInteger: 1 })],
    422,
  ],
  [
    'a replace of an absent rank',
    [remplacement('Organization', 'a@x.mssante.fr', '.rank', { valueInteger: 1 })],
    422,
  ],
  [
    'a replace of an absent attribute',
    [
      remplacement('Organization', 'a@x.mssante.fr', cheminAttribut('service'), {
        valueString: 's',
      }),
    ],
    422,
  ],
  [
    'a replace of a rank',
    [remplacement('Organization', 'b@x.mssante.fr', '.rank', { valueInteger: 2 })],
    ['a', 'b'],
  ],
  [
    'a rank of zero',
    [remplacement('Organization', 'b@x.mssante.fr', '.rank', { valueInteger: 0 })],
    400,
  ],
  [
    'a replace by the address of another',
    [
      remplacement('Organization', 'a@x.mssante.fr', '', {
        valueContactPoint: org('b@x.mssante.fr'),
      }),
    ],
    422,
  ],
  [
    'a value of the wrong kind',
    [
      remplacement('Organization', 'b@x.mssante.fr', cheminAttribut('description'), {
        valueBoolean: true,
      }),
    ],
    400,
  ],
  [
    'an empty text',
    [
      remplacement('Organization', 'b@x.mssante.fr', cheminAttribut('description'), {
        valueString: '',
      }),
    ],
    400,
  ],
  [
    'a last operation that fails',
    [
      suppression('Organization', 'a@x.mssante.fr'),
      insertion('Organization', org('b@x.mssante.fr')),
    ],
    422,
  ],
];
for (const [name, operations, expected] of cases) {
  test(name, () => {
    const found = run(deux, operations);
    assert.deepEqual(
      typeof found === 'number' ? found : found.map((one) => one.adresse.split('@')[0]),
      expected,
    );
  });
}

test('what has no RPPS can only lose its BAL', () => {
  const inconnu: Cible = {
    ressource: 'Practitioner',
    isIdentifie: false,
    structureNommee: undefined,
  };
  const per = [bal('a@x.mssante.fr', { typeBal: 'PER', rang: 1 })];
  for (const part of [
    insertion('Practitioner', contactPoint('b@x.mssante.fr')),
    remplacement('Practitioner', 'a@x.mssante.fr', '.rank', { valueInteger: 2 }),
  ]) {
    const lues = lireOperations(parameters(part), 'Practitioner');
    assert.ok(!('kind' in lues));
    const fait = appliquer(per, lues, inconnu, dialecte);
    assert.equal(fait.kind === 'refus' && fait.status, 422);
  }
  const lues = lireOperations(
    parameters(suppression('Practitioner', 'a@x.mssante.fr')),
    'Practitioner',
  );
  assert.ok(!('kind' in lues));
  const fait = appliquer(per, lues, inconnu, dialecte);
  assert.deepEqual(fait.kind === 'applique' && fait.bals, []);
});

const corps: readonly (readonly [name: string, body: unknown])[] = [
  ['null', null],
  ['a list', []],
  ['another resource', { resourceType: 'Bundle', parameter: [] }],
  ['no operation', { resourceType: 'Parameters', parameter: [] }],
  [
    'an operation that is none',
    { resourceType: 'Parameters', parameter: [{ name: 'autre', part: [] }] },
  ],
  ['an unknown element', { ...parameters(suppression('Organization', 'a')), contained: [] }],
  [
    'two paths',
    parameters([
      ...suppression('Organization', 'a'),
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
    parameters(...Array.from({ length: 501 }, () => suppression('Organization', 'a'))),
  ],
];
for (const [name, body] of corps) {
  test(`a body refused: ${name}`, () => {
    const lues = lireOperations(body, 'Organization');
    assert.ok('kind' in lues);
    assert.equal(lues.status, 400);
  });
}
