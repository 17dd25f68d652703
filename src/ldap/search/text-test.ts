// Preparing assertion values (RFC 4511 section 4.5.1.7, RFC 4518) into patterns.
import { isUtf8 } from 'node:buffer';
import type { Filter } from '../protocol/request.js';
import { foldAccents, prepareSubstring, prepareValue } from '../schema/prepare.js';
import type { Matching } from '../schema/served-schema.js';
import type { TextTest } from './condition.js';
import { preparePlain } from './plain-value.js';
import type { TextPattern } from './text-pattern.js';

/** `any`: every value matches; undefined: the assertion is unusable. */
export type PreparedTest = TextTest | 'any' | undefined;

export function equalityTest(matching: Matching, value: Buffer, isStrict: boolean): PreparedTest {
  const plain = preparePlain(matching, value);
  if (plain) return toPlainTest(matching, patternOf(equality, [plain]), isStrict);
  const prepared = prepareAssertion(matching, value);
  return prepared === undefined
    ? undefined
    : toTest('pattern', matching, [prepared], equality, isStrict);
}

export function orderTest(
  kind: 'greaterOrEqual' | 'lessOrEqual',
  matching: Matching,
  value: Buffer,
  isStrict: boolean,
): PreparedTest {
  const prepared = prepareAssertion(matching, value);
  return prepared === undefined
    ? undefined
    : toTest(kind, matching, [prepared], equality, isStrict);
}

export function substringsTest(
  matching: Matching,
  filter: Extract<Filter, { kind: 'substrings' }>,
  isStrict: boolean,
): PreparedTest {
  const plain = plainSubstrings(matching, filter);
  if (plain) return toPlainTest(matching, plain, isStrict);
  const parts: string[] = [];
  const shape = { isEquality: false, hasInitial: false, hasFinal: false };
  const add = (part: Buffer, place: 'initial' | 'any' | 'final'): boolean => {
    const text = decode(part);
    const prepared = text === undefined ? undefined : prepareSubstring(matching, text, place);
    if (prepared === undefined) return false;
    // Nothing but spaces that every value has.
    if (prepared === '') return true;
    if (place === 'initial') shape.hasInitial = true;
    if (place === 'final') shape.hasFinal = true;
    parts.push(prepared);
    return true;
  };
  if (filter.initial && !add(filter.initial, 'initial')) return undefined;
  for (const part of filter.any) if (!add(part, 'any')) return undefined;
  if (filter.final && !add(filter.final, 'final')) return undefined;
  if (parts.length === 0) return 'any';
  return toTest('pattern', matching, parts, shape, isStrict);
}

/** Undefined unless all parts are plain. */
function plainSubstrings(
  matching: Matching,
  { initial, any, final }: Extract<Filter, { kind: 'substrings' }>,
): TextPattern | undefined {
  const parts: Buffer[] = [];
  const add = (part: Buffer): boolean => {
    const plain = preparePlain(matching, part);
    if (plain) parts.push(plain);
    return plain !== undefined;
  };
  if (initial && !add(initial)) return undefined;
  for (const part of any) if (!add(part)) return undefined;
  if (final && !add(final)) return undefined;
  const shape = {
    isEquality: false,
    hasInitial: initial !== undefined,
    hasFinal: final !== undefined,
  };
  return patternOf(shape, parts);
}

/** Without diacritics, the two spellings are one. */
function toPlainTest(matching: Matching, pattern: TextPattern, isStrict: boolean): TextTest {
  return { kind: 'pattern', matching, strict: pattern, folded: pattern, isStrict };
}

/** Assertion value prepared by a rule; undefined when it is not of its syntax or nothing is left of it. */
export function prepareAssertion(matching: Matching, value: Buffer): string | undefined {
  const text = decode(value);
  return text === undefined ? undefined : prepareValue(matching, text);
}

const equality = { isEquality: true, hasInitial: true, hasFinal: true };

function toTest(
  kind: TextTest['kind'],
  matching: Matching,
  parts: readonly string[],
  shape: Omit<TextPattern, 'parts'>,
  isStrict: boolean,
): PreparedTest {
  const strict = patternOf(shape, toBytes(parts));
  const foldedParts = isCaseIgnored(matching) ? parts.map(foldAccents) : parts;
  if (foldedParts.every((part, i) => part === parts[i])) {
    return { kind, matching, strict, folded: strict, isStrict };
  }
  if (foldedParts.includes(''))
    return { kind, matching, strict, folded: undefined, isStrict: true };
  const folded = patternOf(shape, toBytes(foldedParts));
  return { kind, matching, strict, folded, isStrict };
}

/** In one place, so that all patterns are objects of one form. */
function patternOf(
  { isEquality, hasInitial, hasFinal }: Omit<TextPattern, 'parts'>,
  parts: readonly Buffer[],
): TextPattern {
  return { isEquality, parts, hasInitial, hasFinal };
}

function toBytes(parts: readonly string[]): Buffer[] {
  return parts.map((part) => Buffer.from(part));
}

/** Only these fold: `Column.folded` says so. */
export function isCaseIgnored(matching: Matching): boolean {
  return matching === 'caseIgnore' || matching === 'caseIgnoreIa5';
}

function decode(value: Buffer): string | undefined {
  const text = value.toString('latin1');
  if (ascii.test(text)) return text;
  return isUtf8(value) ? value.toString('utf8') : undefined;
}

const ascii = /^[\u0000-\u007f]*$/;
