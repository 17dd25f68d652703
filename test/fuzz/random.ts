// One case of a fuzzer is wholly made by its seed, so that a number is enough to see it again.

/** Of the case `index` of a target, whatever is run before it. */
export function caseSeed(seed: number, target: string, index: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const letter of `${target}#${index}`) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
