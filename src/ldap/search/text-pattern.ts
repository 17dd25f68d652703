// What an assertion looks for in prepared UTF-8, and how well a value matches it.
import { isWordByte } from '../snapshot/grams.js';

/** How well a value matches, best first; ranking when a size limit cuts takes the best. */
export const rank = { exact: 0, prefix: 1, wordStart: 2, inside: 3, none: 4 } as const;

/** Prepared parts, none of them empty and at least one there; no part holds a byte 0. */
export type TextPattern = {
  readonly isEquality: boolean;
  /** In the order in which they must be found, `initial` and `final` included. One for an equality. */
  readonly parts: readonly Buffer[];
  /** The first part is at the start of the value. */
  readonly hasInitial: boolean;
  /** The last part is at the end of the value. */
  readonly hasFinal: boolean;
};

/** The worst rank that a value can have. */
export function rankMaxOf(pattern: TextPattern): number {
  if (pattern.isEquality) return rank.exact;
  return pattern.hasInitial ? rank.prefix : rank.inside;
}

/**
 * Rank of the value text[start, end), by where the first part is: the best place from which the rest still matches. A
 * pattern of several parts is never exact.
 */
export function rankText(
  pattern: TextPattern,
  text: Uint8Array,
  start: number,
  end: number,
): number {
  const { parts } = pattern;
  const first = parts[0];
  if (first === undefined) return rank.none;
  const isWhole = parts.length === 1 && end - start === first.length && isAt(first, text, start);
  if (isWhole) return rank.exact;
  if (pattern.isEquality) return rank.none;
  if (pattern.hasInitial) {
    const isFound = isAt(first, text, start) && holdsRest(pattern, text, start + first.length, end);
    return isFound ? rank.prefix : rank.none;
  }
  if (parts.length === 1 && pattern.hasFinal) return rankFinal(first, text, start, end);
  return rankFirstPart(pattern, first, text, start, end);
}

/** A value that begins and ends with the part is whole, so a final part alone is at a word's start or inside. */
function rankFinal(part: Buffer, text: Uint8Array, start: number, end: number): number {
  const at = end - part.length;
  if (at <= start || !isAt(part, text, at)) return rank.none;
  return isWordStart(text, at) ? rank.wordStart : rank.inside;
}

function rankFirstPart(
  pattern: TextPattern,
  first: Buffer,
  text: Uint8Array,
  start: number,
  end: number,
): number {
  let best: number = rank.none;
  for (let at = find(first, text, start, end); at >= 0; at = find(first, text, at + 1, end)) {
    // The rest has less room after each later place: once it fails, it always does.
    if (!holdsRest(pattern, text, at + first.length, end)) return best;
    if (at === start) return rank.prefix;
    if (isWordStart(text, at)) return rank.wordStart;
    best = rank.inside;
  }
  return best;
}

/** Whether parts[1] and after are found in their order in text[from, end). */
function holdsRest(pattern: TextPattern, text: Uint8Array, from: number, end: number): boolean {
  const { parts, hasFinal } = pattern;
  const middleEnd = hasFinal ? parts.length - 1 : parts.length;
  let at = from;
  for (let i = 1; i < middleEnd; i++) {
    const part = parts[i];
    if (part === undefined) return false;
    const found = find(part, text, at, end);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts.length > 1 && hasFinal ? parts[parts.length - 1] : undefined;
  return last === undefined || (end - last.length >= at && isAt(last, text, end - last.length));
}

/** `at` is after the start of the value. */
function isWordStart(text: Uint8Array, at: number): boolean {
  return isWordByte[text[at] ?? 0] === 1 && isWordByte[text[at - 1] ?? 0] === 0;
}

/** Values are some tens of bytes long: a plain loop beats a call out of JavaScript. */
function find(part: Buffer, text: Uint8Array, from: number, end: number): number {
  const last = end - part.length;
  const firstByte = part[0];
  for (let at = from; at <= last; at++) {
    if (text[at] === firstByte && isAt(part, text, at)) return at;
  }
  return -1;
}

/** The byte 0 that ends values, which no part holds, stops it before the next value. */
function isAt(part: Buffer, text: Uint8Array, at: number): boolean {
  for (let i = 0; i < part.length; i++) if (text[at + i] !== part[i]) return false;
  return true;
}
