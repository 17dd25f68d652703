import fc from '../../support/fast-check.js';
import type { Filter } from '../../../src/ldap/protocol/request.js';

const value = fc
  .constantFrom(
    ...['jean', 'JÉAN', 'du', 'Dupont', 'a', 'é', 'e', 'elodie', 'Élodie', 'an', 'ne', 'nt'],
    ...['jean dupont', 'pont du', ' ', '', "'arc", '-marie', 'ss', 'x', 'x̂', '\u0302', '\u0000'],
    ...['0102', '02 0', '12', '3', 'person', 'http://A/b', 'http://a/b', 'zoo', 'été', 'ete', 'f'],
    ...['@x1', '.fr', 'bal', 'fr', '20250601000000Z', 'jean@x1.fr'],
  )
  .map((text) => Buffer.from(text));

const attribute = fc.constantFrom(
  ...['cn', 'sn', 'mail', 'givenName', 'title', 'name', 'CN', '2.5.4.3', 'commonName'],
  ...['telephoneNumber', 'labeledURI', 'rank', 'objectClass', 'createTimestamp'],
  ...['street', 'userCertificate', 'nothing', 'ou'],
);

const textAttribute = fc.constantFrom('cn', 'sn', 'mail', 'givenName', 'title', 'name');

function substringsOf(description: fc.Arbitrary<string>): fc.Arbitrary<Filter> {
  return fc
    .record({
      kind: fc.constant('substrings' as const),
      attribute: description,
      initial: fc.option(value, { nil: undefined, freq: 2 }),
      any: fc.array(value, { maxLength: 2 }),
      final: fc.option(value, { nil: undefined, freq: 1 }),
    })
    .filter(({ initial, any, final }) => !!initial || any.length > 0 || !!final);
}

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 3, arbitrary: substringsOf(attribute) },
  { weight: 3, arbitrary: substringsOf(textAttribute) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('equality' as const, 'approx', 'greaterOrEqual', 'lessOrEqual'),
      attribute,
      value,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('present' as const), attribute }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unknown' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('extensible' as const),
      rule: fc.option(
        fc.constantFrom(
          'caseExactMatch',
          'caseIgnoreMatch',
          'caseIgnoreIA5Match',
          '2.5.13.5',
          '1.9',
        ),
        {
          nil: undefined,
        },
      ),
      attribute: fc.option(attribute, { nil: undefined }),
      value,
      dnAttributes: fc.boolean(),
    }),
  },
);

export const filterArbitrary: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or'),
      filters: fc.array(tie('filter'), { maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
  ),
})).filter;

const plainValue = value.filter((bytes) => !/[\u0300-\u036f\u0000]/u.test(bytes.toString()));

const rankedLeaf: fc.Arbitrary<Filter> = fc.oneof(
  fc
    .record({
      kind: fc.constant('substrings' as const),
      attribute: textAttribute,
      initial: fc.option(plainValue, { nil: undefined, freq: 2 }),
      any: fc.array(plainValue, { maxLength: 2 }),
      final: fc.option(plainValue, { nil: undefined, freq: 1 }),
    })
    .filter(({ initial, any, final }) => !!initial || any.length > 0 || !!final),
  fc.record({
    kind: fc.constant('equality' as const),
    attribute: textAttribute,
    value: plainValue,
  }),
  fc.record({ kind: fc.constant('present' as const), attribute: textAttribute }),
);

/** Of what indexes answer, so that ranks are told apart. */
export const rankedFilterArbitrary: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    rankedLeaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or'),
      filters: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).filter;
