// Attributes that every entry has, though none is stored: they follow from where the entry is.
import type { Directory } from '../directory/directory.js';
import { prepareValue } from '../schema/prepare.js';
import { generatedKind } from './attribute-names.js';
import type { FilterItem } from './compile-filter.js';
import { never, type Condition, type Target } from './condition.js';
import { prepareAssertion } from './text-test.js';

/** Undefined when the attribute is not one of these, or when entries store it after all. */
export function compileOperational(
  directory: Directory,
  filter: FilterItem,
  target: Target,
  isNegated: boolean,
): Condition | undefined {
  if (target.indexes.length > 0) return undefined;
  const kind = generatedKind(target.name);
  if (kind === undefined) return undefined;
  if (filter.kind === 'present') return { kind: 'constant', isTrue: !isNegated };
  if (filter.kind !== 'equality' && filter.kind !== 'approx') return never;
  const matching = kind === 'hasSubordinates' ? 'boolean' : 'distinguishedName';
  const wanted = prepareAssertion(matching, filter.value);
  if (wanted === undefined) return never;
  switch (kind) {
    case 'entryDn':
      return { kind: 'entryDn', isNegated, normalisedDn: wanted };
    case 'subschemaSubentry': {
      const isSame = wanted === prepareValue('distinguishedName', directory.subschema.dn);
      return { kind: 'constant', isTrue: isSame !== isNegated };
    }
    case 'hasSubordinates':
      return { kind: 'hasSubordinates', isNegated: (wanted === 'FALSE') !== isNegated };
  }
}
