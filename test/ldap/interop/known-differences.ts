// Where OpenLDAP and the mirror answer differently, one by one and on purpose; docs/ldap.md tells each to administrators.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { listLeaves } from './filter-parts.js';
import type { GeneratedSearch } from './generated-search.js';

export type KnownDifference = {
  readonly reason: string;
  readonly applies: (search: GeneratedSearch) => boolean;
};

const hasLeaf =
  (isOne: (leaf: Filter) => boolean) =>
  ({ filter }: GeneratedSearch): boolean =>
    listLeaves(filter).some(isOne);

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason:
      'slapd takes one sort at a time on a connection (51), pages of sorted answers among them, and loses entries of some',
    applies: ({ sort, pageSize }) => sort !== undefined && pageSize > 0,
  },
  {
    reason:
      'a sort key whose attribute has no ordering rule: slapd refuses (18), the mirror sorts by its equality rule, as address books ask',
    applies: ({ sort }) => sort !== undefined && !orderingRules.includes(sort.rule ?? ''),
  },
  {
    reason:
      'a sort key of an unknown attribute, not critical: slapd refuses (16), the mirror answers unsorted and says so in the control (RFC 2891 section 2)',
    applies: ({ sort }) => sort?.attribute === 'inconnu',
  },
  {
    reason:
      'mail sorted by caseIgnoreOrderingMatch, a rule of another syntax: slapd sorts all the same, the mirror says 18 in the control',
    applies: ({ sort }) => sort?.attribute === 'mail',
  },
  {
    reason:
      'a rule of order or of substrings in an extensible filter: the mirror has none of them there (Undefined)',
    applies: hasLeaf(
      (leaf) => leaf.kind === 'extensible' && /ordering|substrings|\\.3$/i.test(leaf.rule ?? ''),
    ),
  },
  {
    reason:
      'a rule of equality on an attribute of another syntax, or on none: the mirror compares where it can, slapd says Undefined',
    applies: hasLeaf((leaf) => leaf.kind === 'extensible' && !isOwnRule(leaf.rule, leaf.attribute)),
  },
  {
    reason:
      'an assertion without a significant character: Undefined in the mirror, so that no clause matches everything or scans for nothing',
    applies: hasLeaf((leaf) => assertedValues(leaf).some(isInsignificant)),
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

/** Not the empty value, which both refuse: what string preparation (RFC 4518) leaves nothing of. */
const isInsignificant = (value: Buffer): boolean =>
  value.length > 0 && /^[\s\p{Cc}\u00ad\u200b-]*$/u.test(value.toString('utf8'));

export function findException(search: GeneratedSearch): KnownDifference | undefined {
  return knownDifferences.find(({ applies }) => applies(search));
}
