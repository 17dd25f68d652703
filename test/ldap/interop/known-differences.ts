// Where OpenLDAP and the mirror answer differently, one by one and on purpose; docs/ldap.md tells each to administrators.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { listLeaves } from './filter-parts.js';
import type { GeneratedSearch } from './generated-search.js';

export type KnownDifference = {
  readonly reason: string;
  /** A search that shows it; the rest is a search of everything. */
  readonly example: Partial<GeneratedSearch>;
  readonly applies: (search: GeneratedSearch) => boolean;
};

const hasLeaf =
  (isOne: (leaf: Filter) => boolean) =>
  ({ filter }: GeneratedSearch): boolean =>
    listLeaves(filter).some(isOne);

const extensible = (attribute: string, rule: string, value: string): Filter => ({
  kind: 'extensible',
  attribute,
  rule,
  value: Buffer.from(value),
  dnAttributes: false,
});

const equality = (attribute: string, value: string | Buffer): Filter => ({
  kind: 'equality',
  attribute,
  value: Buffer.from(value),
});

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason:
      'a sort key whose attribute has no ordering rule: slapd refuses (18), the mirror sorts by its equality rule, as address books ask',
    example: { sort: { attribute: 'sn', rule: undefined, isReverse: false } },
    applies: ({ sort }) => sort !== undefined && !orderingRules.includes(sort.rule ?? ''),
  },
  {
    reason:
      'a sort key of an unknown attribute, not critical: slapd refuses (16), the mirror answers unsorted and says so in the control (RFC 2891 section 2)',
    example: { sort: { attribute: 'inconnu', rule: '2.5.13.3', isReverse: false } },
    applies: ({ sort }) => sort?.attribute === 'inconnu',
  },
  {
    reason:
      'mail sorted by caseIgnoreOrderingMatch, a rule of another syntax: slapd sorts all the same, the mirror says 18 in the control',
    example: { sort: { attribute: 'mail', rule: '2.5.13.3', isReverse: false } },
    applies: ({ sort }) => sort?.attribute === 'mail',
  },
  {
    reason:
      'a rule of order or of substrings in an extensible filter: the mirror has none of them there (Undefined)',
    example: { filter: extensible('cn', 'caseIgnoreOrderingMatch', 'm') },
    applies: hasLeaf(
      (leaf) => leaf.kind === 'extensible' && /ordering|substrings|\\.3$/i.test(leaf.rule ?? ''),
    ),
  },
  {
    reason:
      'a rule of equality on an attribute of another syntax, or on none: the mirror compares where it can, slapd says Undefined',
    example: { filter: extensible('finess', 'caseIgnoreMatch', '750000001') },
    applies: hasLeaf((leaf) => leaf.kind === 'extensible' && !isOwnRule(leaf.rule, leaf.attribute)),
  },
  {
    reason:
      'an assertion without a significant character: Undefined in the mirror, so that no clause matches everything or scans for nothing',
    example: { filter: { kind: 'not', filter: equality('postalAddress', '\u0000') } },
    applies: hasLeaf((leaf) => assertedValues(leaf).some((value) => isInsignificant(value, leaf))),
  },
  {
    reason:
      'letters that slapd folds otherwise than RFC 4518: Ⅳ is « iv », ß is « ss », ς is « σ », İ is « i » and a dot above it',
    example: { filter: equality('title', 'MÉDECİN') },
    applies: hasLeaf((leaf) =>
      assertedValues(leaf).some((value) => /[Ⅳßİς]/u.test(value.toString())),
    ),
  },
  {
    reason:
      'half of a surrogate pair in UTF-8 (RFC 3629 section 3): Undefined in the mirror, False in slapd',
    example: { filter: { kind: 'not', filter: equality('cn', Buffer.from('eda080', 'hex')) } },
    applies: hasLeaf((leaf) =>
      assertedValues(leaf).some((value) => value.includes('eda080', 0, 'hex')),
    ),
  },
];

const texts = 'cn sn givenName displayName title description o ou street l st'
  .toLowerCase()
  .split(' ');

/** Whether the rule is one that the attribute's syntax has, or is unknown. */
function isOwnRule(rule: string | undefined, attribute: string | undefined): boolean {
  if (rule === undefined || /^(|regleInconnue|1\.2\.3\.4)$/.test(rule)) return true;
  const name = attribute?.toLowerCase() ?? '';
  if (/ia5/i.test(rule)) return name === 'mail';
  return texts.includes(name) && /^(case(Ignore|Exact)Match|2\.5\.13\.[25])$/i.test(rule);
}

const orderingRules = ['caseIgnoreOrderingMatch', '2.5.13.3'];

function assertedValues(leaf: Filter): Buffer[] {
  if ('value' in leaf) return [leaf.value];
  if (leaf.kind !== 'substrings') return [];
  return [leaf.initial, ...leaf.any, leaf.final].filter((piece) => piece !== undefined);
}

/** What string preparation (RFC 4518) leaves nothing of; the empty value itself only where slapd takes it. */
function isInsignificant(value: Buffer, leaf: Filter): boolean {
  if (value.length > 0) return /^[\s\p{Cc}\u00ad\u200b-]*$/u.test(value.toString('utf8'));
  return 'attribute' in leaf && /^(postalAddress|2\.5\.4\.16)/i.test(leaf.attribute ?? '');
}

export function findException(search: GeneratedSearch): KnownDifference | undefined {
  return knownDifferences.find(({ applies }) => applies(search));
}
