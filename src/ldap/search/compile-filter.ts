// From a filter as sent to a condition (RFC 4511 section 4.5.1.7).
import type { Directory } from '../directory/directory.js';
import type { Filter } from '../protocol/request.js';
import type { Matching } from '../schema/served-schema.js';
import { always, never, type Condition, type Target } from './condition.js';
import { compileExtensible } from './compile-extensible.js';
import { compileOperational } from './compile-operational.js';
import { equalityTest, orderTest, substringsTest, type PreparedTest } from './text-test.js';

/**
 * Diacritics count under an odd number of NOTs, so that the extension that ignores them only ever adds entries.
 * Depth is bounded by the decoder of requests.
 */
export function compileFilter(directory: Directory, filter: Filter): Condition {
  return compile(directory, filter, false);
}

function compile(directory: Directory, filter: Filter, isNegated: boolean): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const conditions = filter.filters.map((inner) => compile(directory, inner, isNegated));
      const isAnd = (filter.kind === 'and') !== isNegated;
      return isAnd ? all(conditions) : any(conditions);
    }
    case 'not':
      return compile(directory, filter.filter, !isNegated);
    case 'extensible':
      return compileExtensible(directory, filter, isNegated);
    case 'unknown':
      return never;
    case 'equality':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'approx':
    case 'substrings':
    case 'present':
      return compileItem(directory, filter, isNegated);
  }
}

export type FilterItem = Exclude<
  Filter,
  { kind: 'and' | 'or' } | { kind: 'not' | 'extensible' | 'unknown' }
>;

/** Every `never` that stands for Undefined is the same negated or not. */
function compileItem(directory: Directory, filter: FilterItem, isNegated: boolean): Condition {
  const resolved = directory.schema.resolve(filter.attribute);
  if (resolved.kind === 'unknown') return never;
  const target = targetOf(filter.attribute, resolved.indexes);
  const operational = compileOperational(directory, filter, target, isNegated);
  if (operational) return operational;
  if (filter.kind === 'present') return { kind: 'present', isNegated, target };
  const test = prepareItem(filter, resolved, isNegated || !directory.isAccentInsensitive);
  return testCondition(test, target, isNegated);
}

export function testCondition(test: PreparedTest, target: Target, isNegated: boolean): Condition {
  if (test === undefined) return never;
  if (test === 'any') return { kind: 'present', isNegated, target };
  return { kind: 'text', isNegated, target, test };
}

export function targetOf(description: string, indexes: readonly number[]): Target {
  return { indexes, name: description };
}

function prepareItem(
  filter: Exclude<FilterItem, { kind: 'present' }>,
  rules: Readonly<Record<'equality' | 'ordering' | 'substring', Matching | undefined>>,
  isStrict: boolean,
): PreparedTest {
  switch (filter.kind) {
    case 'equality':
      return rules.equality && equalityTest(rules.equality, filter.value, isStrict);
    case 'approx':
      // Equality without diacritics, whatever the setting.
      return rules.equality && equalityTest(rules.equality, filter.value, false);
    case 'substrings':
      return rules.substring && substringsTest(rules.substring, filter, isStrict);
    case 'greaterOrEqual':
    case 'lessOrEqual':
      return rules.ordering && orderTest(filter.kind, rules.ordering, filter.value, isStrict);
  }
}

/** AND of conditions; the constants among them are gone. */
export function all(conditions: readonly Condition[]): Condition {
  const kept = conditions.filter(({ kind }) => kind !== 'constant');
  if (conditions.some((condition) => condition.kind === 'constant' && !condition.isTrue)) {
    return never;
  }
  return kept.length === 1 ? (kept[0] ?? always) : join('and', kept, always);
}

/** OR of conditions; the constants among them are gone. */
export function any(conditions: readonly Condition[]): Condition {
  const kept = conditions.filter(({ kind }) => kind !== 'constant');
  if (conditions.some((condition) => condition.kind === 'constant' && condition.isTrue)) {
    return always;
  }
  return kept.length === 1 ? (kept[0] ?? never) : join('or', kept, never);
}

function join(kind: 'and' | 'or', conditions: readonly Condition[], none: Condition): Condition {
  return conditions.length === 0 ? none : { kind, conditions };
}
