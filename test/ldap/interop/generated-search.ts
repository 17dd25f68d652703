// Searches drawn from a seed: what clients send, and what they send wrong.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import type { Draw } from './draw.js';
import { attributeAliases, generateFilter, type Corpus } from './generated-filter.js';

export type GeneratedSearch = {
  readonly base: string;
  /** 0 base, 1 one, 2 sub. */
  readonly scope: number;
  readonly filter: Filter;
  readonly attributes: readonly string[];
  readonly typesOnly: boolean;
  readonly sizeLimit: number;
  readonly sort: SortKey | undefined;
  /** Paged results, walked to the end; 0 = not asked. */
  readonly pageSize: number;
};

export type SortKey = {
  readonly attribute: string;
  readonly rule: string | undefined;
  readonly isReverse: boolean;
};

export function generateSearch(draw: Draw, corpus: Corpus): GeneratedSearch {
  const filter = generateFilter(draw, corpus, 4);
  // One or the other: slapd cannot page what it sorts.
  const control = draw.happens(0.12) ? draw.one(['sort', 'page']) : 'none';
  return {
    base: generateBase(draw, corpus),
    scope: draw.one([2, 2, 2, 2, 1, 1, 0]),
    filter,
    attributes: generateAttributes(draw, corpus),
    typesOnly: draw.happens(0.08),
    sizeLimit: draw.happens(0.15) ? draw.one([1, 2, 7, 50]) : 0,
    sort: control === 'sort' ? generateSort(draw) : undefined,
    pageSize: control === 'page' ? draw.one([2, 7, 50, 1000]) : 0,
  };
}

/** One line that a reader can understand and search for. */
export function describeSearch(search: GeneratedSearch): string {
  return JSON.stringify(search, (_key, value: unknown) =>
    isSerialisedBuffer(value) ? Buffer.from(value.data).toString('utf8') : value,
  );
}

function isSerialisedBuffer(value: unknown): value is { type: 'Buffer'; data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}

function generateBase(draw: Draw, { baseDn, dns }: Corpus): string {
  if (draw.happens(0.7)) return baseDn;
  const dn = draw.one(dns);
  return draw.one([
    () => dn,
    () => dn.toUpperCase(),
    () => ` ${baseDn.replaceAll(',', ' , ').replaceAll('=', ' = ')} `,
    () => baseDn.replace(/^ou=/i, '2.5.4.11=').replace(/c=/i, '2.5.4.6='),
    () => baseDn.replace(/^ou=/i, 'organizationalUnitName='),
    () => dn.replace(/^mail=(.)/i, (_all, first: string) => `mail=\\${hexOf(first)}`),
    () => dn.replace(/^mail=/i, '0.9.2342.19200300.100.1.3='),
    () => dn.replace(/^mail=/i, 'rfc822Mailbox='),
    () => `mail=absent@hopital.mssante.fr,${baseDn}`,
    () => `cn=x,mail=absent@hopital.mssante.fr,${baseDn}`,
    () => `cn=sous,${dn}`,
    () => `ou=autre,${baseDn.slice(baseDn.indexOf(',') + 1)}`,
    () => baseDn.slice(baseDn.indexOf(',') + 1),
    () => 'dc=example,dc=com',
    () => 'cn=config',
    () => draw.one(badDns),
    () => `inconnu=x,${baseDn}`,
    () => `mail=#0401,${baseDn}`,
    () => `mail=a+cn=b,${baseDn}`,
    () => baseDn.replaceAll(',', ';'),
  ])();
}

export const badDns = [
  'n importe quoi',
  'ou',
  'ou=a,',
  ',ou=a',
  '=x',
  'ou=a+,c=fr',
  'ou=\\zz,c=fr',
  'ou=a\\',
  'ou="a",c=fr',
  'ou=#zz,c=fr',
  'ou==a',
  '1.2.=x',
  'o u=a',
];

const hexOf = (text: string): string => Buffer.from(text).toString('hex').slice(0, 2);

function generateAttributes(draw: Draw, corpus: Corpus): string[] {
  if (draw.happens(0.45)) return [];
  if (draw.happens(0.2)) return ['1.1'];
  const length = 1 + draw.below(4);
  return Array.from({ length }, () =>
    draw.one([
      () => '*',
      () => '1.1',
      () => draw.one([...corpus.values.keys()]),
      () => draw.one([...corpus.values.keys()]).toUpperCase(),
      () => draw.one(attributeAliases),
      () => draw.one(oddSelections),
    ])(),
  );
}

const oddSelections = [
  '@person',
  '@inetOrgPerson',
  '@ORGANIZATIONALPERSON',
  '@2.5.6.6',
  '@inconnue',
  '@top',
  'cn;lang-fr',
  'cn;binary',
  'mozillaNickname',
  'dn',
  '',
  ' cn',
  '-',
  '1.2.3.4',
  '+cn',
  '**',
];

function generateSort(draw: Draw): SortKey {
  return {
    attribute: draw.one(['cn', 'sn', 'givenName', 'l', 'title', '2.5.4.4', 'CN']),
    rule: draw.one(['caseIgnoreOrderingMatch', '2.5.13.3', 'CASEIGNOREORDERINGMATCH']),
    isReverse: draw.happens(0.3),
  };
}
