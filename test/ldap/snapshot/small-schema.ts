// A schema small enough to be thought about, with each way in which a column can be built.
import type {
  Directory,
  DirectoryEntry,
  StaticEntry,
} from '../../../src/ldap/directory/directory.js';
import type {
  EntryPart,
  Matching,
  ResolvedAttribute,
  ServedAttribute,
  ServedSchema,
} from '../../../src/ldap/schema/served-schema.js';

export const smallSchema: ServedSchema = schemaOf([
  attribute('mail', 'caseIgnoreIa5', true, 'own'),
  attribute('cn', 'caseIgnore', true, 'own'),
  attribute('objectClass', 'objectIdentifier', false, 'kind'),
  attribute('employeeNumber', 'caseExact', false, 'structure'),
  { ...attribute('entryUUID', 'uuid', false, 'own'), isOperational: true },
]);

const noStatic: StaticEntry = { dn: '', normalisedDn: '', attributes: [] };

export const smallDirectory: Directory = {
  schema: smallSchema,
  baseDn: 'ou=bal,o=exemple,c=fr',
  normalisedBaseDn: 'ou=bal,o=exemple,c=fr',
  rdnName: 'mail',
  rdnIndex: 0,
  baseEntry: noStatic,
  subschema: noStatic,
  isAccentInsensitive: true,
};

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
      values.mail,
      values.cn,
      ['top', 'inetOrgPerson'],
      values.employeeNumber ?? [],
      values.entryUuid ?? [],
    ],
  };
}

function attribute(
  name: string,
  matching: Matching,
  isSubstringIndexed: boolean,
  part: EntryPart,
): ServedAttribute {
  return {
    name,
    oid: `1.2.3.${name.length}`,
    equality: matching,
    ordering: undefined,
    substring: matching,
    isOperational: false,
    part,
    isSubstringIndexed,
  };
}

function schemaOf(attributes: readonly ServedAttribute[]): ServedSchema {
  return {
    attributes,
    objectClassIndex: 2,
    rdnIndex: 0,
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
