// Extensible assertions (RFC 4511 section 4.5.1.7.7): a rule, an attribute, or both, perhaps on the DN too.
import type { Directory } from '../directory/directory.js';
import type { Filter } from '../protocol/request.js';
import { findMatchingRule } from '../schema/matching-rules.js';
import type { Matching } from '../schema/served-schema.js';
import { prepareValue } from '../schema/prepare.js';
import { targetOf, testCondition } from './compile-filter.js';
import { always, never, type Condition, type Target } from './condition.js';
import { isSameOrSubtype } from './attribute-names.js';
import { baseRdnValues } from './base-rdn-values.js';
import { equalityTest, isCaseIgnored, prepareAssertion } from './text-test.js';

type Extensible = Extract<Filter, { kind: 'extensible' }>;

export function compileExtensible(
  directory: Directory,
  filter: Extensible,
  isNegated: boolean,
): Condition {
  const asked = filter.rule === undefined ? undefined : findRule(directory, filter.rule);
  if (filter.rule !== undefined && asked === undefined) return never;
  const about = resolveTargets(directory, filter.attribute, asked);
  if (!about) return never;
  const { rule, targets } = about;
  const wanted = prepareAssertion(rule, filter.value);
  if (wanted === undefined) return never;
  if (filter.dnAttributes && isInBaseDn(directory, filter.attribute, rule, wanted)) {
    return isNegated ? never : always;
  }
  const conditions = targets.map(({ target, equality }) =>
    rule === equality
      ? testCondition(
          equalityTest(rule, filter.value, isNegated || !directory.isAccentInsensitive),
          target,
          isNegated,
        )
      : ruleCondition(target, equality, rule, filter.value, wanted, isNegated),
  );
  // No attribute fits: false for every entry, not Undefined.
  if (conditions.length === 0) return isNegated ? always : never;
  return conditions.length === 1
    ? (conditions[0] ?? never)
    : { kind: isNegated ? 'and' : 'or', conditions };
}

/** Undefined too for rules of order: that of an attribute is asked for by `>=` and `<=`. */
function findRule({ schema }: Directory, name: string): Matching | undefined {
  return findMatchingRule(name)?.role === 'ordering' ? undefined : schema.resolveRule(name);
}

type RuleTarget = { readonly target: Target; readonly equality: Matching };

/** Undefined where the assertion is: nothing asked, unknown attribute, rule that does not fit it. */
function resolveTargets(
  { schema }: Directory,
  attribute: string | undefined,
  asked: Matching | undefined,
): { readonly rule: Matching; readonly targets: readonly RuleTarget[] } | undefined {
  if (attribute === undefined) {
    if (asked === undefined) return undefined;
    const targets = schema.attributes.flatMap(({ name, equality }, index) =>
      equality !== undefined && isFit(asked, equality)
        ? [{ target: targetOf(name, [index]), equality }]
        : [],
    );
    return { rule: asked, targets };
  }
  const resolved = schema.resolve(attribute);
  if (resolved.kind === 'unknown' || resolved.equality === undefined) return undefined;
  const rule = asked ?? resolved.equality;
  if (!isFit(rule, resolved.equality)) return undefined;
  const target = targetOf(attribute, resolved.indexes);
  return { rule, targets: [{ target, equality: resolved.equality }] };
}

/** Rules of one syntax each: those that may stand for one another. */
const families: readonly (readonly Matching[])[] = [
  ['caseIgnore', 'caseExact'],
  ['caseIgnoreIa5', 'caseExactIa5'],
];

/** RFC 4511 section 4.5.1.7.7: a rule that is not for the syntax of the attribute makes the assertion Undefined. */
function isFit(rule: Matching, equality: Matching): boolean {
  if (rule === equality) return true;
  return families.some((family) => family.includes(rule) && family.includes(equality));
}

function ruleCondition(
  target: Target,
  equality: Matching,
  rule: Matching,
  value: Buffer,
  wanted: string,
  isNegated: boolean,
): Condition {
  // What is equal with case is equal without, so the index gives the candidates; the other way round it does not.
  const test = isCaseIgnored(equality) ? equalityTest('caseIgnore', value, true) : undefined;
  const candidates = test === 'any' ? undefined : test;
  return { kind: 'rule', isNegated, target, candidates, rule, wanted };
}

/** All entries are below the base, so its DN holds for all; the RDN of each is a value of the entry already. */
function isInBaseDn(
  directory: Directory,
  attribute: string | undefined,
  rule: Matching,
  wanted: string,
): boolean {
  return baseRdnValues(directory).some(({ type, value }) => {
    const isAsked = attribute === undefined || isSameOrSubtype(type, attribute);
    return isAsked && prepareValue(rule, value) === wanted;
  });
}
