// Bytes of folded text as the indexes see them: which class of n-gram, which bytes make words.

/** Classes are 6 bits: a bigram is a place among 4,096, a trigram among 262,144. */
export const gramClassCount = 64;

// Space and these marks are what addresses and names are made of, hence a class of their own.
const exactBytes = ` abcdefghijklmnopqrstuvwxyz0123456789.-_@',/&()+:;*"#!?=%`;

const otherAscii = exactBytes.length + 1;
const capital = otherAscii + 1;
const continuationLow = capital + 1;
const continuationHigh = continuationLow + 1;
const leadOfTwo = continuationHigh + 1;
const leadOfMore = leadOfTwo + 1;

/** Class of each byte, 0 to 63; 0 is the end of a value only. */
export const gramClass: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte));

function classOf(byte: number): number {
  if (byte === 0) return 0;
  const exact = exactBytes.indexOf(String.fromCharCode(byte));
  if (exact >= 0) return exact + 1;
  if (byte >= 0x41 && byte <= 0x5a) return capital;
  if (byte < 0x80) return otherAscii;
  if (byte < 0xc0) return byte < 0xa0 ? continuationLow : continuationHigh;
  return byte < 0xe0 ? leadOfTwo : leadOfMore;
}

/** 1 where the class of the byte holds no other: a hit on such bytes alone needs no verification. */
export const isExactGramByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte !== 0 && classOf(byte) < otherAscii ? 1 : 0,
);

/** 1 for bytes that words are made of: letters, digits, anything beyond ASCII. A word starts at one that follows a 0. */
export const isWordByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[A-Za-z0-9]/u.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Place of the bigram at `at`; the caller makes sure that two bytes are there. */
export function bigramAt(bytes: Uint8Array, at: number): number {
  return ((gramClass[bytes[at] ?? 0] ?? 0) << 6) | (gramClass[bytes[at + 1] ?? 0] ?? 0);
}

/** Place of the trigram at `at`; the caller makes sure that three bytes are there. */
export function trigramAt(bytes: Uint8Array, at: number): number {
  return (bigramAt(bytes, at) << 6) | (gramClass[bytes[at + 2] ?? 0] ?? 0);
}
