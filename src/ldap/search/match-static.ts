// The same conditions on an entry that is in no column: the base, the root DSE, the subschema.
import type { Directory, StaticEntry } from '../directory/directory.js';
import { foldAccents, prepareValue } from '../schema/prepare.js';
import type { Condition, Target, TextTest } from './condition.js';
import { isSameOrSubtype } from './attribute-names.js';
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
      return valuesOf(entry, condition.target).length > 0 !== condition.isNegated;
    case 'text': {
      const values = valuesOf(entry, condition.target);
      return values.some((value) => matchesText(condition.test, value)) !== condition.isNegated;
    }
    case 'rule': {
      const values = valuesOf(entry, condition.target);
      const isFound = values.some(
        (value) => prepareValue(condition.rule, value) === condition.wanted,
      );
      return isFound !== condition.isNegated;
    }
  }
}

const rememberedMax = 256;
const nameLengthMax = 128;
/** By description as asked: every search from the base looks at the base entry too. */
const remembered = new WeakMap<StaticEntry, Map<string, readonly string[]>>();

/** Values of the attribute and of its subtypes. */
export function valuesOf(entry: StaticEntry, target: Target): readonly string[] {
  const known = remembered.get(entry)?.get(target.name);
  if (known) return known;
  const values = findValues(entry, target);
  if (target.name.length > nameLengthMax) return values;
  const ofEntry = remembered.get(entry) ?? new Map<string, readonly string[]>();
  if (ofEntry.size >= rememberedMax) ofEntry.clear();
  remembered.set(entry, ofEntry.set(target.name, values));
  return values;
}

function findValues(entry: StaticEntry, target: Target): string[] {
  return entry.attributes
    .filter(({ name }) => isSameOrSubtype(name, target.name))
    .flatMap(({ values }) => [...values]);
}

function matchesText(test: TextTest, value: string): boolean {
  const prepared = prepareValue(test.matching, value);
  if (prepared === undefined) return false;
  const strict = Buffer.from(prepared);
  const folded = isCaseIgnored(test.matching) ? Buffer.from(foldAccents(prepared)) : strict;
  if (test.kind !== 'pattern') return isInOrder(test, strict, folded);
  const pattern = test.isStrict ? test.strict : (test.folded ?? test.strict);
  const text = test.isStrict ? strict : folded;
  return rankText(pattern, text, 0, text.length) < rank.none;
}
