// The same conditions on an entry that is in no column: the base, the root DSE, the subschema.
import type { Directory, StaticEntry } from '../directory/directory.js';
import { foldAccents, prepareValue } from '../schema/prepare.js';
import type { Condition, Target, TextTest } from './condition.js';
import { isInOrder } from './order-node.js';
import { rank, rankText } from './text-pattern.js';
import { isCaseIgnored } from './text-test.js';

export function matchesStatic(
  directory: Directory,
  condition: Condition,
  entry: StaticEntry,
): boolean {
  switch (condition.kind) {
    case 'constant':
      return condition.isTrue;
    case 'and':
      return condition.conditions.every((inner) => matchesStatic(directory, inner, entry));
    case 'or':
      return condition.conditions.some((inner) => matchesStatic(directory, inner, entry));
    case 'hasSubordinates':
      return (entry === directory.baseEntry) !== condition.isNegated;
    case 'entryDn':
      return (entry.normalisedDn === condition.normalisedDn) !== condition.isNegated;
    case 'present':
      return valuesOf(directory, entry, condition.target).length > 0 !== condition.isNegated;
    case 'text': {
      const values = valuesOf(directory, entry, condition.target);
      return values.some((value) => matchesText(condition.test, value)) !== condition.isNegated;
    }
    case 'rule': {
      const values = valuesOf(directory, entry, condition.target);
      const isFound = values.some((value) => prepareValue(condition.rule, value) === condition.wanted);
      return isFound !== condition.isNegated;
    }
  }
}

/** Values of the attribute and of its subtypes. */
export function valuesOf(directory: Directory, entry: StaticEntry, target: Target): string[] {
  return entry.attributes
    .filter(({ name }) => isAbout(directory, name, target))
    .flatMap(({ values }) => [...values]);
}

function isAbout({ schema }: Directory, name: string, target: Target): boolean {
  if (name.toLowerCase() === target.name) return true;
  const held = schema.resolve(name);
  return (
    held.kind === 'known' &&
    held.indexes.length > 0 &&
    held.indexes.every((index) => target.indexes.includes(index))
  );
}

function matchesText(test: TextTest, value: string): boolean {
  const prepared = prepareValue(test.matching, value);
  if (prepared === undefined) return false;
  const strict = Buffer.from(prepared);
  const folded = isCaseIgnored(test.matching) ? Buffer.from(foldAccents(prepared)) : strict;
  if (test.kind !== 'pattern') return isInOrder(test, strict, folded);
  const isStrict = test.isStrict || !test.folded;
  const text = isStrict ? strict : folded;
  const pattern = isStrict ? test.strict : (test.folded ?? test.strict);
  return rankText(pattern, text, 0, text.length) < rank.none;
}
