// A coarse view of sorted texts that fits in the cache of the processor: a binary search over half a million texts is
// twenty waits for memory without it.
import type { Column } from '../snapshot/segment.js';

/** One text in this many has its beginning here. */
const spacing = 64;
/** Of each, this many bytes as one number: what a double holds exactly. */
const keyBytes = 6;

export type Fences = {
  readonly keys: Float64Array;
  /** How many texts there are. */
  readonly count: number;
};

export type Bounds = { readonly low: number; readonly high: number };

const ofValues = new WeakMap<Column, Fences>();
const ofWords = new WeakMap<Column, Fences>();

/** Over the folded texts of a column; made when it is first searched. */
export function valueFences(column: Column): Fences {
  const known = ofValues.get(column);
  if (known) return known;
  const { folded, foldedOffsets, valueCount } = column;
  const fences = makeFences(valueCount, (value) => keyAt(folded, foldedOffsets[value] ?? 0));
  ofValues.set(column, fences);
  return fences;
}

/** Over the texts that begin at starts of words. */
export function wordFences(column: Column): Fences {
  const known = ofWords.get(column);
  if (known) return known;
  const { folded, foldedOffsets, wordStartValues, wordStartOffsets } = column;
  const fences = makeFences(wordStartValues?.length ?? 0, (word) => {
    const value = wordStartValues?.[word] ?? 0;
    return keyAt(folded, (foldedOffsets[value] ?? 0) + (wordStartOffsets?.[word] ?? 0));
  });
  ofWords.set(column, fences);
  return fences;
}

function makeFences(count: number, keyOf: (place: number) => number): Fences {
  const keys = new Float64Array(Math.ceil(count / spacing));
  for (let i = 0; i < keys.length; i++) keys[i] = keyOf(i * spacing);
  return { keys, count };
}

/** Between which places the first text that is not before `needle` is. */
export function boundsOfFirst({ keys, count }: Fences, needle: Buffer): Bounds {
  const key = keyOfNeedle(needle, 0);
  const before = countBefore(keys, key, false);
  return {
    low: before === 0 ? 0 : (before - 1) * spacing + 1,
    high: Math.min(count, countBefore(keys, key, true) * spacing),
  };
}

/** Between which places the first text is that is after all those which begin with `prefix`. */
export function boundsOfEnd({ keys, count }: Fences, prefix: Buffer): Bounds {
  const key = keyOfNeedle(prefix, 0xff);
  const upTo = countBefore(keys, key, true);
  // The key of a longer prefix is that of texts before it too.
  const before = prefix.length <= keyBytes ? upTo : countBefore(keys, key, false);
  return {
    low: before === 0 ? 0 : (before - 1) * spacing + 1,
    high: Math.min(count, upTo * spacing),
  };
}

/** How many keys are before, or at, `key`. */
function countBefore(keys: Float64Array, key: number, isAtToo: boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const held = keys[middle] ?? 0;
    if (held < key || (isAtToo && held === key)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of a text that a byte 0 ends. */
function keyAt(text: Uint8Array, place: number): number {
  let key = 0;
  let isOver = false;
  for (let i = 0; i < keyBytes; i++) {
    const byte: number = isOver ? 0 : (text[place + i] ?? 0);
    isOver ||= byte === 0;
    key = key * 256 + byte;
  }
  return key;
}

function keyOfNeedle(needle: Buffer, padding: number): number {
  let key = 0;
  for (let i = 0; i < keyBytes; i++) {
    key = key * 256 + (i < needle.length ? (needle[i] ?? 0) : padding);
  }
  return key;
}
