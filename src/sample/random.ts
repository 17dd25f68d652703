// Chance without state: every value is a pure function of (seed, stream, index), so that any record of the invented
// country can be made alone, in any order, and day 2 made from scratch is day 1 evolved.

/** A named sequence of draws, mixed with the seed; two streams are unrelated. */
export type Stream = number;

/** FNV-1a of the name, spread by the seed. */
export function stream(seed: number, name: string): Stream {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return finalize(hash);
}

/** A 32-bit draw; for one stream, a permutation of the indexes. */
export function draw(of: Stream, index: number): number {
  return finalize(of ^ Math.imul(index, 0x9e3779b1));
}

/** MurmurHash3's finalizer: every input bit moves every output bit. */
function finalize(value: number): number {
  let h = value | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** True for `share` (0 to 1) of the indexes. */
export function happens(of: Stream, index: number, share: number): boolean {
  return draw(of, index) < share * 0x1_0000_0000;
}

export function pick<T>(list: readonly T[], drawn: number): T {
  const item = list[drawn % list.length];
  if (item === undefined) throw new Error('pick from an empty list');
  return item;
}

/** Position in a list of weights (any positive numbers) for a 32-bit draw. */
export function pickWeighted<T extends { readonly weight: number }>(
  list: readonly T[],
  total: number,
  drawn: number,
): T {
  let rest = (drawn / 0x1_0000_0000) * total;
  for (const item of list) {
    rest -= item.weight;
    if (rest < 0) return item;
  }
  return pick(list, list.length - 1);
}

export function totalWeight(list: readonly { readonly weight: number }[]): number {
  return list.reduce((sum, item) => sum + item.weight, 0);
}
