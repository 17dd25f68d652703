// Searches drawn from a seed: what clients send, and what they send wrong.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { listFilterAttributes } from './filter-parts.js';

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

/** What values are drawn from: the directory as the reference server shows it. */
export type Corpus = {
  readonly baseDn: string;
  readonly dns: readonly string[];
  /** Distinct values by attribute name. */
  readonly values: ReadonlyMap<string, readonly string[]>;
};

/** Chance with a seed (mulberry32): the same seed draws the same searches on every machine. */
export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 (included) to 1 (excluded). */
  share(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.share() * bound);
  }

  one<Item>(list: readonly Item[]): Item {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error('drawn from an empty list');
    return item;
  }

  happens(share: number): boolean {
    return this.share() < share;
  }
}

export function generateSearch(draw: Draw, corpus: Corpus): GeneratedSearch {
  const filter = generateFilter(draw, corpus, 4);
  const isControlled = draw.happens(0.12);
  return {
    base: generateBase(draw, corpus),
    scope: draw.one([2, 2, 2, 2, 1, 1, 0]),
    filter,
    attributes: generateAttributes(draw, corpus),
    typesOnly: draw.happens(0.08),
    sizeLimit: draw.happens(0.15) ? draw.one([1, 2, 7, 50]) : 0,
    sort: isControlled && draw.happens(0.5) ? generateSort(draw) : undefined,
    pageSize: isControlled && draw.happens(0.6) ? draw.one([1, 3, 10, 1000]) : 0,
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
      () => draw.one(aliases),
      () => draw.one(oddSelections),
    ])(),
  );
}

const aliases = [
  'commonName',
  'surname',
  '2.5.4.3',
  '2.5.4.4',
  '2.5.4.42',
  'gn',
  'rfc822Mailbox',
  '0.9.2342.19200300.100.1.3',
  'localityName',
  'organizationName',
  'organizationalUnitName',
  'name',
  '2.5.4.41',
  'OBJECTCLASS',
  '2.5.4.0',
  'postalAddress',
  '2.16.840.1.113730.3.1.241',
];

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
    attribute: draw.one(['cn', 'sn', 'mail', 'givenName', 'l', 'inconnu', '2.5.4.4', 'CN']),
    rule:
      draw.one([
        'caseIgnoreOrderingMatch',
        '2.5.13.3',
        'caseIgnoreOrderingMatch',
        '',
        'regleInconnue',
      ]) || undefined,
    isReverse: draw.happens(0.3),
  };
}

export function generateFilter(draw: Draw, corpus: Corpus, depth: number): Filter {
  if (depth <= 1 || draw.happens(0.45)) return generateLeaf(draw, corpus);
  const child = (): Filter => generateFilter(draw, corpus, depth - 1);
  if (draw.happens(0.25)) return { kind: 'not', filter: child() };
  const length = draw.happens(0.06) ? 0 : 1 + draw.below(4);
  return { kind: draw.one(['and', 'or']), filters: Array.from({ length }, child) };
}

function generateLeaf(draw: Draw, corpus: Corpus): Filter {
  const name = draw.one(likelyNames(corpus));
  const attribute = draw.happens(0.8) ? name : mutateName(draw, name);
  const value = (): Buffer => mutateValue(draw, drawValue(draw, corpus, name));
  return draw.one<() => Filter>([
    () => ({ kind: 'equality', attribute, value: value() }),
    () => ({ kind: 'equality', attribute, value: value() }),
    () => generateSubstrings(draw, attribute, drawValue(draw, corpus, name)),
    () => generateSubstrings(draw, attribute, drawValue(draw, corpus, name)),
    () => generateSubstrings(draw, attribute, drawValue(draw, corpus, name)),
    () => ({ kind: 'present', attribute }),
    () => ({ kind: draw.one(['greaterOrEqual', 'lessOrEqual']), attribute, value: value() }),
    () => generateExtensible(draw, attribute, value()),
    () =>
      draw.happens(0.1) ? { kind: 'unknown' } : { kind: 'equality', attribute, value: value() },
  ])();
}

/** Names come more often than codes: that is where matching is rich. */
function likelyNames({ values }: Corpus): string[] {
  const names = [...values.keys()];
  return [...names, 'cn', 'cn', 'sn', 'sn', 'givenName', 'mail', 'mail', 'o', 'l', 'title'];
}

function mutateName(draw: Draw, name: string): string {
  return draw.one([
    () => name.toUpperCase(),
    () => draw.one(aliases),
    () => draw.one(aliases),
    () => draw.one(oddNames),
    () => `${name};lang-fr`,
    () => draw.one(unheld),
  ])();
}

const oddNames = [
  'mozillaNickname',
  'inconnu',
  '1.2.3.4.5',
  'cn;',
  '-bad',
  '',
  ' cn',
  '2.5.4.3;lang-fr',
  '2.5.4.',
  'c n',
  'cn;x-é',
  '*',
  '+',
];

/** In every standard schema, held by no entry. */
const unheld = ['userPassword', 'jpegPhoto', 'seeAlso', 'telephoneNumber', 'description', 'member'];

function drawValue(draw: Draw, corpus: Corpus, name: string): string {
  const own = corpus.values.get(name);
  if (own && own.length > 0 && draw.happens(0.93)) return draw.one(own);
  return draw.one(corpus.values.get(draw.one([...corpus.values.keys()])) ?? ['x']);
}

const withoutAccents = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '');

function mutateValue(draw: Draw, value: string): Buffer {
  if (draw.happens(0.4)) return Buffer.from(value);
  const at = draw.below(value.length + 1);
  return Buffer.from(
    draw.one<() => string | Buffer>([
      () => value.toUpperCase(),
      () => value.toLowerCase(),
      () => withoutAccents(value),
      () => value.normalize('NFD'),
      () => value.normalize('NFKC'),
      () => `  ${value} `,
      () => value.replaceAll(' ', '   '),
      () => `${value.slice(0, at)} ${value.slice(at)}`,
      () => value.slice(0, at),
      () => value.slice(at),
      () => `${value}*`,
      () => `${value}x`,
      () =>
        draw.one(['', ' ', '   ', '*', 'a', 'é', '0', 'TRUE', '\u0000', '\u00ad', '\u200b', '-']),
      () => Buffer.from(draw.one(['ff', 'c328', 'e9', 'f0288cbc', '41ff42']), 'hex'),
    ])(),
  );
}

/** A pattern that the value matches, mutated now and then until it may not; never an empty piece: slapd closes. */
function generateSubstrings(draw: Draw, attribute: string, value: string): Filter {
  const characters = [...value];
  const cuts = Array.from({ length: 1 + draw.below(4) }, () => draw.below(characters.length + 1));
  cuts.sort((a, b) => a - b);
  const parts = [0, ...cuts].map((start, rank) =>
    characters.slice(start, cuts[rank] ?? characters.length).join(''),
  );
  const kept = parts.map((part) => {
    if (!draw.happens(0.25)) return Buffer.from(part);
    return mutateValue(draw, part);
  });
  const bounded = (part: Buffer | undefined): Buffer | undefined =>
    part && part.length > 0 ? part : undefined;
  const initial = draw.happens(0.5) ? bounded(kept[0]) : undefined;
  const final = draw.happens(0.4) && kept.length > 1 ? bounded(kept.at(-1)) : undefined;
  const any = kept.slice(1, -1).filter((part) => bounded(part));
  if (!initial && !final && any.length === 0) {
    const start = draw.below(Math.max(1, characters.length - 2));
    any.push(Buffer.from(characters.slice(start, start + 1 + draw.below(4)).join('') || 'e'));
  }
  return { kind: 'substrings', attribute, initial, any, final };
}

function generateExtensible(draw: Draw, attribute: string, value: Buffer): Filter {
  const rule = draw.happens(0.75) ? draw.one(rules) : undefined;
  return {
    kind: 'extensible',
    rule,
    attribute: draw.happens(rule === undefined ? 0.95 : 0.8) ? attribute : undefined,
    value,
    dnAttributes: draw.happens(0.3),
  };
}

const rules = [
  'caseIgnoreMatch',
  'CASEIGNOREMATCH',
  '2.5.13.2',
  'caseExactMatch',
  '2.5.13.5',
  'caseIgnoreIA5Match',
  'caseExactIA5Match',
  'caseIgnoreSubstringsMatch',
  'caseIgnoreOrderingMatch',
  'distinguishedNameMatch',
  'objectIdentifierMatch',
  'numericStringMatch',
  'telephoneNumberMatch',
  'integerMatch',
  'booleanMatch',
  'octetStringMatch',
  'generalizedTimeMatch',
  'regleInconnue',
  '1.2.3.4',
  '',
];

/** Simpler searches, one step each: the smallest that still shows a difference is what a person reads. */
export function simplerSearches(search: GeneratedSearch): GeneratedSearch[] {
  const { filter } = search;
  return [
    { ...search, pageSize: 0 },
    { ...search, sort: undefined },
    { ...search, sizeLimit: 0 },
    { ...search, typesOnly: false },
    { ...search, attributes: ['1.1'] },
    ...search.attributes.map((_, index) => ({
      ...search,
      attributes: search.attributes.filter((__, other) => other !== index),
    })),
    { ...search, scope: 2 },
    ...simplerFilters(filter).map((simpler) => ({ ...search, filter: simpler })),
    { ...search, filter: { kind: 'present' as const, attribute: 'objectClass' } },
  ].filter((simpler) => describeSearch(simpler) !== describeSearch(search));
}

function simplerFilters(filter: Filter): Filter[] {
  if (filter.kind === 'not') {
    const inner = simplerFilters(filter.filter).map((simpler): Filter => ({
      kind: 'not',
      filter: simpler,
    }));
    return [filter.filter, ...inner];
  }
  if (filter.kind !== 'and' && filter.kind !== 'or') return simplerLeaves(filter);
  const { kind, filters } = filter;
  return [
    ...filters,
    ...filters.map((_, index) => ({ kind, filters: filters.filter((__, at) => at !== index) })),
    ...filters.flatMap((one, index) =>
      simplerFilters(one).map((simpler) => ({
        kind,
        filters: filters.map((other, at) => (at === index ? simpler : other)),
      })),
    ),
  ];
}

function simplerLeaves(filter: Filter): Filter[] {
  if (filter.kind !== 'substrings') return [];
  const { initial, any, final } = filter;
  const count = (initial ? 1 : 0) + any.length + (final ? 1 : 0);
  if (count < 2) return [];
  return [
    ...(initial ? [{ ...filter, initial: undefined }] : []),
    ...(final ? [{ ...filter, final: undefined }] : []),
    ...any.map((_, index) => ({ ...filter, any: any.filter((__, at) => at !== index) })),
  ];
}

export const attributesOf = (search: GeneratedSearch): string[] =>
  listFilterAttributes(search.filter);
