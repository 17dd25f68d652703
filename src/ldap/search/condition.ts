// A filter once its names are resolved and its values prepared, still of no snapshot in particular.
import type { Matching } from '../schema/served-schema.js';
import type { TextPattern } from './text-pattern.js';

/** What an assertion is about: attributes of entries by index, those of other entries by name. */
export type Target = {
  readonly indexes: readonly number[];
  /** Description as sent, or canonical. */
  readonly name: string;
};

/** A pattern in both spellings; the same object when the assertion has no diacritics. */
export type TextTest = {
  readonly kind: 'pattern' | 'greaterOrEqual' | 'lessOrEqual';
  readonly matching: Matching;
  readonly strict: TextPattern;
  /** Undefined when a part is nothing but marks, which folding removes; the test is strict then. */
  readonly folded: TextPattern | undefined;
  /** Diacritics count. */
  readonly isStrict: boolean;
};

/**
 * Two-valued: what is Undefined became false once NOT was pushed down to the leaves, for De Morgan holds in Kleene's
 * logic. `isNegated` is about the whole leaf: no value of any of its attributes matches.
 */
export type Condition =
  | { readonly kind: 'constant'; readonly isTrue: boolean }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'present'; readonly isNegated: boolean; readonly target: Target }
  | {
      readonly kind: 'text';
      readonly isNegated: boolean;
      readonly target: Target;
      readonly test: TextTest;
    }
  /** A rule that columns are not prepared by: `candidates` holds all that match, raw values decide. */
  | {
      readonly kind: 'rule';
      readonly isNegated: boolean;
      readonly target: Target;
      readonly candidates: TextTest | undefined;
      readonly rule: Matching;
      /** Assertion value as `rule` prepares it. */
      readonly wanted: string;
    }
  /** The base entry has, the others have not. */
  | { readonly kind: 'hasSubordinates'; readonly isNegated: boolean }
  | { readonly kind: 'entryDn'; readonly isNegated: boolean; readonly normalisedDn: string };

export const always: Condition = { kind: 'constant', isTrue: true };
export const never: Condition = { kind: 'constant', isTrue: false };
