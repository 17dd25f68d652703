// A small schema with one attribute for each way of matching, and generated entries under it.
import fc from 'fast-check';
import type {
  Directory,
  DirectoryEntry,
  StaticEntry,
} from '../../../src/ldap/directory/directory.js';
import { prepareValue } from '../../../src/ldap/schema/prepare.js';
import type {
  Matching,
  ResolvedAttribute,
  ServedAttribute,
  ServedSchema,
} from '../../../src/ldap/schema/served-schema.js';
import { buildSegment } from '../../../src/ldap/snapshot/segment-builder.js';
import type { Segment, SegmentView, Snapshot } from '../../../src/ldap/snapshot/segment.js';
import { readDn } from '../../../src/ldap/search/entry-reader.js';
import { secondViewFlag } from '../../../src/ldap/search/search-run.js';

type Rules = Partial<
  Pick<
    ServedAttribute,
    'equality' | 'ordering' | 'substring' | 'isOperational' | 'isSubstringIndexed' | 'part'
  >
>;

function attribute(name: string, oid: string, rules: Rules): ServedAttribute {
  return {
    name,
    oid,
    equality: rules.equality,
    ordering: rules.ordering,
    substring: rules.substring,
    isOperational: rules.isOperational ?? false,
    part: rules.part ?? 'own',
    isSubstringIndexed: rules.isSubstringIndexed ?? false,
  };
}

const text = { equality: 'caseIgnore', substring: 'caseIgnore' } as const;
const ia5 = { equality: 'caseIgnoreIa5', substring: 'caseIgnoreIa5' } as const;

export const attributes: readonly ServedAttribute[] = [
  attribute('objectClass', '2.5.4.0', { equality: 'objectIdentifier' }),
  attribute('cn', '2.5.4.3', { ...text, isSubstringIndexed: true }),
  attribute('sn', '2.5.4.4', { ...text, isSubstringIndexed: true }),
  attribute('mail', '0.9.2342.19200300.100.1.3', { ...ia5, isSubstringIndexed: true }),
  attribute('givenName', '2.5.4.42', text),
  attribute('telephoneNumber', '2.5.4.20', {
    equality: 'telephoneNumber',
    substring: 'telephoneNumber',
  }),
  attribute('labeledURI', '1.3.6.1.4.1.250.1.57', {
    equality: 'caseExact',
    substring: 'caseExact',
    part: 'kind',
  }),
  attribute('rank', '1.1.1', {
    equality: 'numericString',
    ordering: 'numericString',
    part: 'structure',
  }),
  attribute('title', '2.5.4.12', {
    ...text,
    ordering: 'caseIgnore',
    isSubstringIndexed: true,
    part: 'structure',
  }),
  attribute('userCertificate', '2.5.4.36', { part: 'structure' }),
  attribute('createTimestamp', '2.5.18.1', {
    equality: 'generalizedTime',
    ordering: 'generalizedTime',
    isOperational: true,
  }),
];

/** `name` has subtypes, `street` is defined and held by no entry, `commonName` is an alias. */
const descriptions = new Map<string, ResolvedAttribute>(
  attributes.flatMap((each, index) => {
    const known: ResolvedAttribute = { kind: 'known', indexes: [index], ...rulesOf(each) };
    return [[each.name.toLowerCase(), known] as const, [each.oid, known] as const];
  }),
);
const cn = descriptions.get('cn');
if (cn) descriptions.set('commonname', cn);
const nameRules = { ...text, ordering: undefined };
descriptions.set('name', { kind: 'known', indexes: [1, 2, 4], ...nameRules });
for (const held of [
  'street',
  'ou',
  'organizationalunitname',
  'c',
  'entrydn',
  'hassubordinates',
  'subschemasubentry',
]) {
  descriptions.set(held, { kind: 'known', indexes: [], ...nameRules });
}

function rulesOf({ equality, ordering, substring }: ServedAttribute) {
  return { equality, ordering, substring };
}

const rules = new Map<string, Matching>([
  ['caseignorematch', 'caseIgnore'],
  ['caseexactmatch', 'caseExact'],
  ['2.5.13.5', 'caseExact'],
  ['caseignoreorderingmatch', 'caseIgnore'],
  ['caseignoreia5match', 'caseIgnoreIa5'],
  ['numericstringmatch', 'numericString'],
]);

export const schema: ServedSchema = {
  attributes,
  objectClassIndex: 0,
  rdnIndex: 3,
  resolve: (description) => descriptions.get(description.toLowerCase()) ?? { kind: 'unknown' },
  attributesOfClass: (name) => (name.toLowerCase() === 'person' ? [0, 1, 2, 5] : undefined),
  resolveRule: (name) => rules.get(name.toLowerCase()),
};

export function staticEntry(dn: string, values: Readonly<Record<string, string[]>>): StaticEntry {
  return {
    dn,
    normalisedDn: prepareValue('distinguishedName', dn) ?? '',
    attributes: Object.entries(values).map(([name, list]) => ({
      name,
      values: list,
      isOperational: name === 'createTimestamp' || name === 'supportedControl',
    })),
  };
}

export const rootDse = staticEntry('', {
  objectClass: ['top'],
  namingContexts: ['ou=BAL,o=mssante,c=fr'],
  supportedControl: ['1.2.840.113556.1.4.319'],
});

export function sampleDirectory(isAccentInsensitive: boolean): Directory {
  return {
    schema,
    baseDn: 'ou=BAL,o=mssante,c=fr',
    normalisedBaseDn: 'ou=bal,o=mssante,c=fr',
    rdnName: 'mail',
    rdnIndex: 3,
    baseEntry: staticEntry('ou=BAL,o=mssante,c=fr', {
      objectClass: ['organizationalUnit'],
      ou: ['BAL'],
      cn: ['Élodie annuaire'],
      street: ['jean'],
      createTimestamp: ['20260101000000Z'],
    }),
    subschema: staticEntry('cn=subschema', { objectClass: ['subschema'], cn: ['subschema'] }),
    isAccentInsensitive,
  };
}

const words = [
  'jean',
  'Jéan',
  'dupont',
  'Du',
  'pont',
  'Élodie',
  'elodie',
  'a',
  'É',
  "d'arc",
  'anne',
  'Anne-Marie',
  'straße',
  'x̂y',
];

const phrase = fc
  .tuple(
    fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(' ', '-', '  '),
  )
  .map(([parts, separator]) => parts.join(separator));

const phrases = fc.array(phrase, { maxLength: 3 });

/** Everything but the address, which makes entries differ. */
const valuesArbitrary = fc.record({
  objectClass: fc.constantFrom(['person'], ['person', 'inetOrgPerson'], ['organizationalRole']),
  cn: fc.array(phrase, { minLength: 1, maxLength: 2 }),
  sn: phrases,
  givenName: phrases,
  telephoneNumber: fc.constantFrom([], ['01 02 03'], ['+33 1-02', '0102']),
  labeledURI: fc.constantFrom([], ['http://A/b'], ['http://a/B', 'x']),
  rank: fc.constantFrom([], ['1'], ['12'], ['12', '3']),
  title: fc.constantFrom([], ['zoo'], ['Été'], ['ete'], ['été', 'Zoo'], ['éa']),
  createTimestamp: fc.constantFrom(['20260101000000Z'], ['20250101000000Z']),
});

export const entriesArbitrary = fc
  .array(fc.tuple(valuesArbitrary, phrase), { maxLength: 14 })
  .map((list) => list.map(([values, address], place) => toEntry(values, address, place)));

function toEntry(
  values: Readonly<Record<string, readonly string[]>>,
  address: string,
  place: number,
): DirectoryEntry {
  const ascii = address.normalize('NFD').replace(/[^a-z.-]/giu, '.');
  const mail = `${ascii}@x${place}.fr`;
  return {
    dn: `mail=${mail},ou=BAL,o=mssante,c=fr`,
    values: attributes.map(({ name }) => (name === 'mail' ? [mail] : (values[name] ?? []))),
  };
}

export type SampleSnapshot = {
  readonly snapshot: Snapshot;
  /** Those that are served. */
  readonly entries: readonly DirectoryEntry[];
};

/** Each third entry of the base is gone; of these, each second is served anew, with another value or not. */
export function twoViews(
  base: readonly DirectoryEntry[],
  changed: readonly DirectoryEntry[],
): SampleSnapshot {
  const first = buildSegment(schema, base);
  const gone = new Set(base.filter((_, place) => place % 3 === 0).map(({ dn }) => dn));
  const served = changed.filter(({ dn }) => gone.has(dn) || !base.some((one) => one.dn === dn));
  const removed = new Uint8Array((first.docCount + 7) >> 3);
  for (let doc = 0; doc < first.docCount; doc++) {
    if (gone.has(readDn(first, doc)))
      removed[doc >> 3] = (removed[doc >> 3] ?? 0) | (1 << (doc & 7));
  }
  const second = buildSegment(schema, served);
  return {
    snapshot: snapshotOf([
      { segment: first, removed },
      { segment: second, removed: undefined },
    ]),
    entries: [...base.filter(({ dn }) => !gone.has(dn)), ...served],
  };
}

export function snapshotOf(views: readonly SegmentView[]): Snapshot {
  const entryCount = views.reduce((sum, { segment }) => sum + segment.docCount, 0);
  const builtAt = new Date('2026-01-02T00:00:00Z');
  return { id: 'sample', views, entryCount, extractionDate: undefined, builtAt };
}

export function oneView(entries: readonly DirectoryEntry[]): Snapshot {
  return snapshotOf([{ segment: buildSegment(schema, entries), removed: undefined }]);
}

/** DN of hits, in their order. */
export function dnsOf({ views }: Snapshot, hits: Uint32Array): string[] {
  return Array.from(hits, (hit) => {
    const isSecond = hit >= secondViewFlag;
    const segment: Segment | undefined = views[isSecond ? 1 : 0]?.segment;
    return segment ? readDn(segment, isSecond ? hit - secondViewFlag : hit) : '';
  });
}
