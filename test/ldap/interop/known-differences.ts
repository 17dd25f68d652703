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
      'a rule of order or of substrings in an extensible filter: the mirror has none of them there (Undefined)',
    example: { filter: extensible('cn', 'caseIgnoreOrderingMatch', 'm') },
    applies: hasLeaf(
      (leaf) => leaf.kind === 'extensible' && /ordering|substrings|\\.3$/i.test(leaf.rule ?? ''),
    ),
  },
  {
    reason:
      'objectIdentifierMatch in an extensible filter: slapd finds nothing by it, the mirror what an equality filter finds',
    example: { filter: extensible('objectClass', 'objectIdentifierMatch', 'person') },
    applies: hasLeaf(
      (leaf) =>
        leaf.kind === 'extensible' &&
        /^(objectIdentifierMatch|2\.5\.13\.0)$/i.test(leaf.rule ?? ''),
    ),
  },
  {
    reason:
      'postalAddress, a list of lines, by a rule for one text: Undefined in slapd, compared as one text in the mirror',
    example: {
      filter: { kind: 'not', filter: extensible('postalAddress', 'caseIgnoreMatch', 'x') },
    },
    applies: hasLeaf(
      (leaf) =>
        leaf.kind === 'extensible' &&
        /^(case(Ignore|Exact)Match|2\.5\.13\.[25])$/i.test(leaf.rule ?? '') &&
        /^(postalAddress|2\.5\.4\.16)?$/i.test(leaf.attribute ?? ''),
    ),
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
