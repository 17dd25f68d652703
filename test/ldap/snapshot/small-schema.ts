// A schema small enough to be thought about, with each way in which a column can be built.
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import type {
  Matching,
  ResolvedAttribute,
  ServedAttribute,
  ServedSchema,
} from '../../../src/ldap/schema/served-schema.js';

export const smallSchema: ServedSchema = schemaOf([
  attribute('objectClass', 'objectIdentifier', false),
  attribute('cn', 'caseIgnore', true),
  attribute('mail', 'caseIgnoreIa5', true),
  attribute('employeeNumber', 'caseExact', false),
  { ...attribute('entryUUID', 'uuid', false), isOperational: true },
]);

/** Of `smallSchema`; the mail is the RDN. */
export function entryOf(values: {
  readonly cn: readonly string[];
  readonly mail: readonly string[];
  readonly employeeNumber?: readonly string[];
  readonly entryUuid?: readonly string[];
}): DirectoryEntry {
  return {
    dn: `mail=${values.mail[0] ?? ''},ou=bal,o=exemple,c=fr`,
    values: [
      ['top', 'inetOrgPerson'],
      values.cn,
      values.mail,
      values.employeeNumber ?? [],
      values.entryUuid ?? [],
    ],
  };
}

function attribute(name: string, matching: Matching, isSubstringIndexed: boolean): ServedAttribute {
  return {
    name,
    oid: `1.2.3.${name.length}`,
    equality: matching,
    ordering: undefined,
    substring: matching,
    isOperational: false,
    isSubstringIndexed,
  };
}

function schemaOf(attributes: readonly ServedAttribute[]): ServedSchema {
  return {
    attributes,
    objectClassIndex: 0,
    rdnIndex: 2,
    resolve(description): ResolvedAttribute {
      const index = attributes.findIndex(({ name }) => name === description);
      const found = attributes[index];
      if (!found) return { kind: 'unknown' };
      return {
        kind: 'known',
        indexes: [index],
        equality: found.equality,
        ordering: found.ordering,
        substring: found.substring,
      };
    },
    attributesOfClass: () => undefined,
    resolveRule: () => undefined,
  };
}
