// Filters drawn from a seed: every kind, nested, their values taken from the directory and damaged.
import type { Filter } from '../../../src/ldap/protocol/request.js';
import type { Draw } from './draw.js';

/** What values are drawn from: the directory as the reference server shows it. */
export type Corpus = {
  readonly baseDn: string;
  readonly dns: readonly string[];
  /** Distinct values by attribute name. */
  readonly values: ReadonlyMap<string, readonly string[]>;
};

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
    () => draw.one(attributeAliases),
    () => draw.one(attributeAliases),
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
  const characters = Array.from(value);
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
  if (draw.happens(0.7)) {
    const [name, own] = draw.one(ownRules);
    return {
      kind: 'extensible',
      rule: own,
      attribute: name,
      value,
      dnAttributes: draw.happens(0.3),
    };
  }
  const rule = draw.happens(0.75) ? draw.one(rules) : undefined;
  return {
    kind: 'extensible',
    rule,
    attribute: draw.happens(rule === undefined ? 0.95 : 0.8) ? attribute : undefined,
    value,
    dnAttributes: draw.happens(0.3),
  };
}

const ownRules = [
  ['cn', 'caseIgnoreMatch'],
  ['sn', '2.5.13.2'],
  ['givenName', 'CASEEXACTMATCH'],
  ['l', '2.5.13.5'],
  ['mail', 'caseIgnoreIA5Match'],
  ['mail', 'caseExactIA5Match'],
  ['title', 'regleInconnue'],
  ['ou', 'caseIgnoreMatch'],
] as const;

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

/** Other names of attributes, and what has subtypes. */
export const attributeAliases = [
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
