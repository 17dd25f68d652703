// Matching rules (RFC 4517 section 4.2, RFC 4530 for UUID) and what each means to this server.
import type { Matching } from './served-schema.js';

export type MatchingRule = {
  readonly oid: string;
  readonly name: string;
  /** OID of the syntax of assertions. */
  readonly syntax: string;
  readonly role: 'equality' | 'ordering' | 'substring' | 'component';
  /** Undefined: known by name, evaluated by nothing here. */
  readonly matching: Matching | undefined;
};

const ldap = '1.3.6.1.4.1.1466.115.121.1';
const substringAssertion = `${ldap}.58`;

type Row = readonly [
  oid: string,
  name: string,
  syntax: string,
  role: MatchingRule['role'],
  matching: Matching | undefined,
];

const rows: readonly Row[] = [
  ['2.5.13.0', 'objectIdentifierMatch', `${ldap}.38`, 'equality', 'objectIdentifier'],
  ['2.5.13.1', 'distinguishedNameMatch', `${ldap}.12`, 'equality', 'distinguishedName'],
  ['2.5.13.2', 'caseIgnoreMatch', `${ldap}.15`, 'equality', 'caseIgnore'],
  ['2.5.13.3', 'caseIgnoreOrderingMatch', `${ldap}.15`, 'ordering', 'caseIgnore'],
  ['2.5.13.4', 'caseIgnoreSubstringsMatch', substringAssertion, 'substring', 'caseIgnore'],
  ['2.5.13.5', 'caseExactMatch', `${ldap}.15`, 'equality', 'caseExact'],
  ['2.5.13.6', 'caseExactOrderingMatch', `${ldap}.15`, 'ordering', 'caseExact'],
  ['2.5.13.7', 'caseExactSubstringsMatch', substringAssertion, 'substring', 'caseExact'],
  ['2.5.13.8', 'numericStringMatch', `${ldap}.36`, 'equality', 'numericString'],
  ['2.5.13.9', 'numericStringOrderingMatch', `${ldap}.36`, 'ordering', 'numericString'],
  ['2.5.13.10', 'numericStringSubstringsMatch', substringAssertion, 'substring', 'numericString'],
  // A list of lines is compared as one text, the `$` between them included.
  ['2.5.13.11', 'caseIgnoreListMatch', `${ldap}.41`, 'equality', 'caseIgnore'],
  ['2.5.13.12', 'caseIgnoreListSubstringsMatch', substringAssertion, 'substring', 'caseIgnore'],
  ['2.5.13.13', 'booleanMatch', `${ldap}.7`, 'equality', 'boolean'],
  ['2.5.13.14', 'integerMatch', `${ldap}.27`, 'equality', 'integer'],
  ['2.5.13.16', 'bitStringMatch', `${ldap}.6`, 'equality', undefined],
  ['2.5.13.17', 'octetStringMatch', `${ldap}.40`, 'equality', 'octetString'],
  ['2.5.13.18', 'octetStringOrderingMatch', `${ldap}.40`, 'ordering', 'octetString'],
  ['2.5.13.20', 'telephoneNumberMatch', `${ldap}.50`, 'equality', 'telephoneNumber'],
  [
    '2.5.13.21',
    'telephoneNumberSubstringsMatch',
    substringAssertion,
    'substring',
    'telephoneNumber',
  ],
  ['2.5.13.23', 'uniqueMemberMatch', `${ldap}.34`, 'equality', undefined],
  ['2.5.13.27', 'generalizedTimeMatch', `${ldap}.24`, 'equality', 'generalizedTime'],
  ['2.5.13.28', 'generalizedTimeOrderingMatch', `${ldap}.24`, 'ordering', 'generalizedTime'],
  ['2.5.13.29', 'integerFirstComponentMatch', `${ldap}.27`, 'component', undefined],
  ['2.5.13.30', 'objectIdentifierFirstComponentMatch', `${ldap}.38`, 'component', undefined],
  ['2.5.13.34', 'certificateExactMatch', '1.3.6.1.1.15.1', 'equality', undefined],
  ['1.3.6.1.4.1.1466.109.114.1', 'caseExactIA5Match', `${ldap}.26`, 'equality', 'caseExactIa5'],
  ['1.3.6.1.4.1.1466.109.114.2', 'caseIgnoreIA5Match', `${ldap}.26`, 'equality', 'caseIgnoreIa5'],
  [
    '1.3.6.1.4.1.1466.109.114.3',
    'caseIgnoreIA5SubstringsMatch',
    substringAssertion,
    'substring',
    'caseIgnoreIa5',
  ],
  ['1.3.6.1.1.16.2', 'UUIDMatch', '1.3.6.1.1.16.1', 'equality', 'uuid'],
  ['1.3.6.1.1.16.3', 'UUIDOrderingMatch', '1.3.6.1.1.16.1', 'ordering', 'uuid'],
];

export const matchingRules: readonly MatchingRule[] = rows.map(
  ([oid, name, syntax, role, matching]) => ({ oid, name, syntax, role, matching }),
);

const byName = new Map(
  matchingRules.flatMap((rule) => [
    [rule.name.toLowerCase(), rule] as const,
    [rule.oid, rule] as const,
  ]),
);

/** By name in any case, or by OID. */
export function findMatchingRule(name: string): MatchingRule | undefined {
  return byName.get(name.toLowerCase());
}
