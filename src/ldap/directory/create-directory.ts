// The directory that settings describe, ready to be filled with BAL.
import { parseDn } from '../dn/dn.js';
import { createServedSchema } from '../schema/create-served-schema.js';
import { findAttributeType, listSuperclasses } from '../schema/definitions.js';
import { prepareValue } from '../schema/prepare.js';
import { createSubschema, subschemaDn } from '../schema/subschema.js';
import type { EntryPart } from '../schema/served-schema.js';
import { findPartOfField } from './bal-fields.js';
import type { Directory, StaticEntry } from './directory.js';
import { listAlternatives, type Layout } from './layout.js';

/** @throws when the layout has faults (`findLayoutFaults`) */
export function createDirectory(layout: Layout): Directory {
  const shown = Object.entries(layout.attributs).map(([name, specs]) => ({
    name: canonicalName(name),
    part: partOf(specs),
  }));
  const schema = createServedSchema(shown, layout.rdn);
  const normalisedBaseDn = prepareValue('distinguishedName', layout.baseDn);
  if (normalisedBaseDn === undefined) throw new Error(`not a DN: ${layout.baseDn}`);
  return {
    schema,
    baseDn: layout.baseDn,
    normalisedBaseDn,
    rdnName: canonicalName(layout.rdn),
    rdnIndex: schema.rdnIndex,
    baseEntry: createBaseEntry(layout.baseDn, normalisedBaseDn),
    subschema: createSubschema(),
    isAccentInsensitive: layout.isAccentInsensitive,
  };
}

/** That of all its fields, when they have the same. */
function partOf(specs: readonly string[]): EntryPart {
  const parts = new Set(specs.flatMap(listAlternatives).map(findPartOfField));
  const [only = 'own'] = parts;
  return parts.size === 1 ? only : 'own';
}

function canonicalName(name: string): string {
  return findAttributeType(name)?.names[0] ?? name;
}

const classOfBase: Readonly<Record<string, readonly string[]>> = {
  ou: ['organizationalUnit'],
  o: ['organization'],
  c: ['country'],
  l: ['locality'],
  cn: ['organizationalRole'],
  // dcObject is auxiliary: the organization that carries it must have a name.
  dc: ['organization', 'dcObject'],
};

function createBaseEntry(dn: string, normalisedDn: string): StaticEntry {
  const { type = '', value = '' } = parseDn(dn)?.[0]?.[0] ?? {};
  const name = canonicalName(type);
  const classes = classOfBase[name] ?? [];
  const superclasses = [...new Set(classes.flatMap(listSuperclasses))].map(
    ({ names }) => names[0] ?? '',
  );
  const user: [name: string, values: readonly string[]][] = [
    ['objectClass', superclasses],
    [name, [value]],
  ];
  if (name === 'dc') user.push(['o', [value]]);
  const operational: [name: string, values: readonly string[]][] = [
    ['structuralObjectClass', classes.slice(0, 1)],
    ['entryDN', [dn]],
    ['subschemaSubentry', [subschemaDn]],
    ['hasSubordinates', ['TRUE']],
  ];
  return {
    dn,
    normalisedDn,
    attributes: [
      ...user.map(([name, values]) => ({ name, values, isOperational: false })),
      ...operational.map(([name, values]) => ({ name, values, isOperational: true })),
    ],
  };
}
