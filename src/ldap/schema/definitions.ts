// Every attribute type and object class that this server knows, by name and by OID.
import {
  parseAttributeType,
  parseObjectClass,
  type AttributeType,
  type ObjectClass,
} from './description.js';
import { findMatchingRule } from './matching-rules.js';
import { mssAttributeTypes, mssObjectClasses } from './mss-schema.js';
import type { Matching } from './served-schema.js';
import { operationalAttributeTypes, userAttributeTypes } from './standard-attributes.js';
import { standardObjectClasses } from './standard-classes.js';

export const attributeTypes: readonly AttributeType[] = [
  ...userAttributeTypes,
  ...operationalAttributeTypes,
  ...mssAttributeTypes,
].map(parseAttributeType);

export const objectClasses: readonly ObjectClass[] = [
  ...standardObjectClasses,
  ...mssObjectClasses,
].map(parseObjectClass);

const typesByName = indexByName(attributeTypes);
const classesByName = indexByName(objectClasses);

/** By name or alias in any case, or by OID. */
export function findAttributeType(name: string): AttributeType | undefined {
  return typesByName.get(name.toLowerCase());
}

export function findObjectClass(name: string): ObjectClass | undefined {
  return classesByName.get(name.toLowerCase());
}

/** The type and its supertypes, from itself up. */
export function listSupertypes(type: AttributeType): AttributeType[] {
  const chain: AttributeType[] = [];
  for (
    let at: AttributeType | undefined = type;
    at;
    at = at.sup === undefined ? undefined : findAttributeType(at.sup)
  ) {
    chain.push(at);
  }
  return chain;
}

/** The class and its superclasses, from `top` down. */
export function listSuperclasses(name: string): ObjectClass[] {
  const chain: ObjectClass[] = [];
  for (
    let at = findObjectClass(name);
    at;
    at = at.sup === undefined ? undefined : findObjectClass(at.sup)
  ) {
    chain.unshift(at);
  }
  return chain;
}

export type Rules = Readonly<Record<'equality' | 'ordering' | 'substring', Matching | undefined>>;

/** The rules of a type, inherited where it has none of its own (RFC 4512 section 2.5.1). */
export function findRules(type: AttributeType): Rules {
  return rulesOf.get(type) ?? noRules;
}

const noRules: Rules = { equality: undefined, ordering: undefined, substring: undefined };

const rulesOf = new Map(
  attributeTypes.map((type) => {
    const chain = listSupertypes(type);
    const find = (role: keyof Rules): Matching | undefined => {
      const name = chain.map((at) => at[role]).find((rule) => rule !== undefined);
      return name === undefined ? undefined : findMatchingRule(name)?.matching;
    };
    const rules: Rules = {
      equality: find('equality'),
      ordering: find('ordering'),
      substring: find('substring'),
    };
    return [type, rules] as const;
  }),
);

/** OID of the syntax of a type, its own or inherited. */
export function findSyntaxOid(type: AttributeType): string | undefined {
  return listSupertypes(type)
    .map((at) => at.syntax)
    .find((syntax) => syntax !== undefined);
}

function indexByName<T extends { readonly oid: string; readonly names: readonly string[] }>(
  definitions: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(
    definitions.flatMap((definition) =>
      [definition.oid, ...definition.names.map((name) => name.toLowerCase())].map(
        (key) => [key, definition] as const,
      ),
    ),
  );
}
