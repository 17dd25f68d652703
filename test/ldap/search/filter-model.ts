// What a filter means, as RFC 4511 section 4.5.1.7 says it, on the values of one entry: slow, and without an index.
import type { DirectoryEntry } from '../../../src/ldap/directory/directory.js';
import type { Filter } from '../../../src/ldap/protocol/request.js';
import { foldAccents, prepareSubstring, prepareValue } from '../../../src/ldap/schema/prepare.js';
import type { Matching } from '../../../src/ldap/schema/served-schema.js';
import { attributes, schema } from './sample-directory.js';

/** undefined = Undefined. Otherwise the rank of the match, or false. */
export type Verdict = number | false | undefined;

export type ModelOptions = { readonly isAccentInsensitive: boolean };

export function evaluate(
  filter: Filter,
  entry: DirectoryEntry,
  options: ModelOptions,
  isNegated = false,
): Verdict {
  switch (filter.kind) {
    case 'and':
      return and(filter.filters.map((one) => evaluate(one, entry, options, isNegated)));
    case 'or':
      return or(filter.filters.map((one) => evaluate(one, entry, options, isNegated)));
    case 'not': {
      const inner = evaluate(filter.filter, entry, options, !isNegated);
      return inner === undefined ? undefined : inner === false ? 0 : false;
    }
    case 'unknown':
      return undefined;
    case 'extensible':
      return extensible(filter, entry, options, isNegated);
    case 'equality':
    case 'approx':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'substrings':
    case 'present': {
      const resolved = schema.resolve(filter.attribute);
      if (resolved.kind === 'unknown') return undefined;
      const { indexes } = resolved;
      const values = indexes.flatMap((index) =>
        (entry.values[index] ?? []).map((value) => ({ index, value })),
      );
      if (filter.kind === 'present') return values.length > 0 ? 0 : false;
      const rule =
        filter.kind === 'substrings'
          ? resolved.substring
          : filter.kind === 'equality' || filter.kind === 'approx'
            ? resolved.equality
            : resolved.ordering;
      if (!rule) return undefined;
      const isFolded = filter.kind === 'approx' || (options.isAccentInsensitive && !isNegated);
      return best(values, (value, index) => item(filter, rule, value, index, isFolded));
    }
  }
}

function and(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  if (verdicts.includes(undefined)) return undefined;
  return Math.max(0, ...verdicts.filter((verdict) => typeof verdict === 'number'));
}

function or(verdicts: readonly Verdict[]): Verdict {
  const ranks = verdicts.filter((verdict) => typeof verdict === 'number');
  if (ranks.length > 0) return Math.min(...ranks);
  return verdicts.includes(undefined) ? undefined : false;
}

type Held = { readonly index: number; readonly value: string };

function best(
  values: readonly Held[],
  matches: (value: string, index: number) => Verdict,
): Verdict {
  // An assertion is unusable whatever the entry holds.
  if (matches('x', 0) === undefined) return undefined;
  return or([...values.map(({ value, index }) => matches(value, index)), false]);
}

type Item = Exclude<
  Filter,
  { kind: 'and' | 'or' } | { kind: 'not' | 'unknown' | 'extensible' | 'present' }
>;

function item(
  filter: Item,
  rule: Matching,
  value: string,
  index: number,
  isFolded: boolean,
): Verdict {
  const spellings = spellingsOf(rule, isFolded);
  const held = prepareValue(rule, value);
  if (filter.kind === 'substrings') {
    const parts = partsOf(filter, rule);
    if (!parts) return undefined;
    if (held === undefined) return false;
    const isIndexed = attributes[index]?.isSubstringIndexed === true;
    return or(
      spellings.map((spell) =>
        substrings(
          parts.map((part) => ({ ...part, text: spell(part.text) })),
          spell(held),
          isIndexed,
        ),
      ),
    );
  }
  const asserted = prepareValue(rule, filter.value.toString());
  if (asserted === undefined) return undefined;
  if (held === undefined) return false;
  return or(
    spellings.map((spell) => {
      // What is nothing but diacritics is nothing without them: looked for as it is only.
      if (spell(asserted) === '') return false;
      const order = Buffer.compare(Buffer.from(spell(held)), Buffer.from(spell(asserted)));
      if (filter.kind === 'greaterOrEqual') return order >= 0 ? 0 : false;
      if (filter.kind === 'lessOrEqual') return order <= 0 ? 0 : false;
      return order === 0 ? 0 : false;
    }),
  );
}

function spellingsOf(rule: Matching, isFolded: boolean): ((text: string) => string)[] {
  const asIs = (text: string): string => text;
  return isFolded && rule.startsWith('caseIgnore') ? [foldAccents, asIs] : [asIs];
}

type Part = { readonly place: 'initial' | 'any' | 'final'; readonly text: string };

/** Undefined when one is unusable; without those that every value has. */
function partsOf(
  filter: Extract<Filter, { kind: 'substrings' }>,
  rule: Matching,
): Part[] | undefined {
  const asked = [
    ...(filter.initial ? [{ place: 'initial' as const, text: filter.initial.toString() }] : []),
    ...filter.any.map((part) => ({ place: 'any' as const, text: part.toString() })),
    ...(filter.final ? [{ place: 'final' as const, text: filter.final.toString() }] : []),
  ];
  const parts: Part[] = [];
  for (const { place, text } of asked) {
    const prepared = prepareSubstring(rule, text, place);
    if (prepared === undefined) return undefined;
    if (prepared !== '') parts.push({ place, text: prepared });
  }
  return parts;
}

function substrings(parts: readonly Part[], value: string, isIndexed: boolean): Verdict {
  const [first, ...rest] = parts;
  if (!first) return 0;
  if (parts.some(({ text }) => text === '')) return false;
  if (parts.length === 1 && value === first.text) return 0;
  const ending = rest.map(({ place, text }) => `.*?${escape(text)}${place === 'final' ? '$' : ''}`);
  const isLast = first.place === 'final' ? '$' : '';
  const pattern = new RegExp(`^${escape(first.text)}${isLast}${ending.join('')}`, 'su');
  const ranks: number[] = [];
  for (let at = 0; at < value.length; at++) {
    if (first.place === 'initial' && at > 0) break;
    if (!pattern.test(value.slice(at))) continue;
    const isWord = isWordChar(value[at]) && !isWordChar(value[at - 1]);
    ranks.push(at === 0 ? 1 : isWord && isIndexed ? 2 : 3);
  }
  return ranks.length === 0 ? false : Math.min(...ranks);
}

function isWordChar(char: string | undefined): boolean {
  return char !== undefined && (/[a-z0-9]/iu.test(char) || char >= '\u0080');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/gu, (char) => (char === '-' ? '\\x2d' : `\\${char}`));
}

function extensible(
  filter: Extract<Filter, { kind: 'extensible' }>,
  entry: DirectoryEntry,
  options: ModelOptions,
  isNegated: boolean,
): Verdict {
  const asked = filter.rule === undefined ? undefined : schema.resolveRule(filter.rule);
  if (filter.rule !== undefined && asked === undefined) return undefined;
  const about = filter.attribute === undefined ? undefined : schema.resolve(filter.attribute);
  if (about?.kind === 'unknown') return undefined;
  if (about && !about.equality) return undefined;
  const rule = asked ?? about?.equality;
  if (!rule) return undefined;
  if (about?.equality && !isFit(rule, about.equality)) return undefined;
  const wanted = prepareValue(rule, filter.value.toString());
  if (wanted === undefined) return undefined;
  const indexes = about
    ? about.indexes
    : attributes.flatMap(({ equality }, index) =>
        equality && isFit(rule, equality) ? [index] : [],
      );
  const isFound = indexes.some((index) =>
    (entry.values[index] ?? []).some((value) => {
      const held = prepareValue(rule, value);
      const isFolded =
        rule === attributes[index]?.equality && options.isAccentInsensitive && !isNegated;
      return (
        held !== undefined &&
        spellingsOf(rule, isFolded).some((spell) => spell(held) === spell(wanted))
      );
    }),
  );
  if (isFound) return 0;
  if (!filter.dnAttributes) return false;
  const ancestors = [
    { type: 'ou', value: 'BAL' },
    { type: 'o', value: 'mssante' },
    { type: 'c', value: 'fr' },
  ];
  return ancestors.some(
    ({ type, value }) =>
      // All three are subtypes of name (RFC 4519).
      (filter.attribute === undefined || ['name', type].includes(filter.attribute)) &&
      prepareValue(rule, value) === wanted,
  )
    ? 0
    : false;
}

function isFit(rule: Matching, equality: Matching): boolean {
  const syntaxOf = (matching: Matching) =>
    /^case(Ignore|Exact)(.*)$/.exec(matching)?.[2] ?? matching;
  return syntaxOf(rule) === syntaxOf(equality);
}
