// The schema as searches see it: the attributes that entries hold have a number, all the others are only known.
import {
  attributeTypes,
  findAttributeType,
  findObjectClass,
  findRules,
  listSuperclasses,
  listSupertypes,
} from './definitions.js';
import type { AttributeType } from './description.js';
import { findMatchingRule } from './matching-rules.js';
import type {
  EntryPart,
  ResolvedAttribute,
  ServedAttribute,
  ServedSchema,
} from './served-schema.js';

/** Operational attributes that entries store; the others follow from where an entry is, and have no number. */
const storedOperational = ['structuralObjectClass', 'modifyTimestamp'];

const attributesMax = 31;
const rememberedMax = 512;
const descriptionLengthMax = 128;

const unknown: ResolvedAttribute = { kind: 'unknown' };

/** An attribute that entries show. */
export type ShownName = { readonly name: string; readonly part: EntryPart };

/**
 * `shown`: user attributes of entries, objectClass left out; within a part they are shown in this order. `rdn`: the name of one.
 * @throws when a name is unknown, or there are too many: settings were to be checked
 */
export function createServedSchema(shown: readonly ShownName[], rdn: string): ServedSchema {
  const parts = orderShown(shown, rdn);
  const types = [...parts.keys(), ...storedOperational.map(getType)];
  if (types.length > attributesMax) throw new Error(`${types.length} attributes`);
  const numbers = new Map(types.map((type, index) => [type, index]));
  const known = new Map(attributeTypes.map((type) => [type, resolveType(type, numbers)]));
  const remembered = new Map<string, ResolvedAttribute>();
  const classes = new Map<string, readonly number[] | undefined>();
  return {
    attributes: types.map((type) => toServed(type, parts.get(type) ?? 'own')),
    objectClassIndex: numbers.get(getType('objectClass')) ?? 0,
    rdnIndex: numbers.get(getType(rdn)) ?? 0,
    resolve: (description) => {
      const before = remembered.get(description);
      if (before) return before;
      const resolved = resolveDescription(description, known);
      if (description.length <= descriptionLengthMax) remember(remembered, description, resolved);
      return resolved;
    },
    attributesOfClass: (name) => {
      const key = findObjectClass(name)?.oid;
      if (key === undefined) return undefined;
      if (!classes.has(key)) classes.set(key, listAttributesOfClass(key, types));
      return classes.get(key);
    },
    resolveRule: (name) => {
      const rule = findMatchingRule(name);
      return rule?.role === 'equality' || rule?.role === 'ordering' ? rule.matching : undefined;
    },
  };
}

const partsInOrder: readonly EntryPart[] = ['own', 'kind', 'structure'];

/** See `ServedSchema.attributes`. */
function orderShown(shown: readonly ShownName[], rdn: string): Map<AttributeType, EntryPart> {
  const isRdn = ({ name }: ShownName): boolean => getType(name) === getType(rdn);
  const all: ShownName[] = [
    ...shown.filter(isRdn),
    { name: 'objectClass', part: 'kind' },
    ...shown.filter((one) => !isRdn(one)),
  ];
  return new Map(
    partsInOrder.flatMap((part) =>
      all.filter((one) => one.part === part).map(({ name }) => [getType(name), part] as const),
    ),
  );
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= rememberedMax) map.clear();
  map.set(key, value);
}

function getType(name: string): AttributeType {
  const type = findAttributeType(name);
  if (!type) throw new Error(`attribute type ${name} is not defined`);
  return type;
}

// What address books look inside of; the others are compared whole or by their beginning.
const substringIndexed = new Set([
  'mail',
  'cn',
  'sn',
  'givenName',
  'displayName',
  'title',
  'description',
  'o',
  'ou',
  'l',
  'st',
  'uid',
  'rpps',
  'finess',
  'raisonSociale',
  'enseigneCommerciale',
  'serviceRattachement',
  'libelleProfession',
  'libelleSavoirFaire',
]);

function toServed(type: AttributeType, part: EntryPart): ServedAttribute {
  const name = type.names[0] ?? type.oid;
  const rules = findRules(type);
  return {
    name,
    oid: type.oid,
    ...rules,
    isOperational: type.isOperational,
    part,
    isSubstringIndexed: rules.substring !== undefined && substringIndexed.has(name),
  };
}

function resolveType(
  type: AttributeType,
  numbers: ReadonlyMap<AttributeType, number>,
): ResolvedAttribute {
  return { kind: 'known', indexes: listIndexes(type, numbers), ...findRules(type) };
}

function resolveDescription(
  description: string,
  known: ReadonlyMap<AttributeType, ResolvedAttribute>,
): ResolvedAttribute {
  const [name = '', ...options] = description.split(';');
  const type = findAttributeType(name);
  if (!type || !options.every(isLanguage)) return unknown;
  if (options.length > 0) return { kind: 'known', indexes: [], ...findRules(type) };
  return known.get(type) ?? unknown;
}

/**
 * RFC 3866: a subtype that no entry holds. Any other option is unrecognised, and so is then the whole description
 * (RFC 4512 section 2.5).
 */
function isLanguage(option: string): boolean {
  return /^lang-[a-z0-9-]*$/i.test(option);
}

/** Numbers of the type itself and of its subtypes. */
function listIndexes(type: AttributeType, numbers: ReadonlyMap<AttributeType, number>): number[] {
  return attributeTypes
    .filter((other) => listSupertypes(other).includes(type))
    .flatMap((other) => numbers.get(other) ?? [])
    .sort((a, b) => a - b);
}

function listAttributesOfClass(oid: string, types: readonly AttributeType[]): number[] {
  const chain = listSuperclasses(oid);
  const allowed = new Set(
    chain.flatMap(({ must, may }) => [...must, ...may]).map((name) => findAttributeType(name)),
  );
  const isAll = chain.some(({ names }) => names[0] === 'extensibleObject');
  return types.flatMap((type, index) =>
    (isAll && !type.isOperational) || listSupertypes(type).some((at) => allowed.has(at))
      ? [index]
      : [],
  );
}
