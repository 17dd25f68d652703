// Names of attributes that no entry of BAL stores: held by the base, the root DSE or the subschema, or generated.
import type { Directory } from '../directory/directory.js';
import { findAttributeType, listSupertypes } from '../schema/definitions.js';

/** Attributes of every entry that follow from where it is. */
export type GeneratedKind = 'entryDn' | 'subschemaSubentry' | 'hasSubordinates';

/** Whether what is held under `held`, a canonical name, is asked for by the description `asked`. */
export function isSameOrSubtype(held: string, asked: string): boolean {
  if (held.toLowerCase() === asked.toLowerCase()) return true;
  const askedType = findAttributeType(asked);
  const heldType = askedType && findAttributeType(held);
  return !!heldType && listSupertypes(heldType).includes(askedType);
}

/** RFC 5020, RFC 4512 section 4.2, X.501. */
export function generatedKind(description: string): GeneratedKind | undefined {
  const name = findAttributeType(description)?.names[0];
  return name === undefined ? undefined : generated.get(name);
}

const generated = new Map<string, GeneratedKind>([
  ['entryDN', 'entryDn'],
  ['subschemaSubentry', 'subschemaSubentry'],
  ['hasSubordinates', 'hasSubordinates'],
]);

/** The same of the BAL with this DN, as values. */
export function generateAttributes(
  directory: Directory,
  dn: string,
): readonly { readonly name: string; readonly value: string }[] {
  return [
    { name: 'subschemaSubentry', value: directory.subschema.dn },
    { name: 'entryDN', value: dn },
    { name: 'hasSubordinates', value: 'FALSE' },
  ];
}
