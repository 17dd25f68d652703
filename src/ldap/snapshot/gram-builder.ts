// Inverted lists of n-grams, in two passes over the texts: sizes, then bytes.
import { bigramAt, gramClassCount, trigramAt } from './grams.js';
import type { GramIndex } from './segment.js';

/** Which values hold each bigram; `folded` and `offsets` are those of a column. */
export function buildBigrams(folded: Uint8Array, offsets: Uint32Array): GramIndex {
  return buildGrams(folded, offsets, 2, gramClassCount ** 2, bigramAt);
}

export function buildTrigrams(folded: Uint8Array, offsets: Uint32Array): GramIndex {
  return buildGrams(folded, offsets, 3, gramClassCount ** 3, trigramAt);
}

type GramAt = (bytes: Uint8Array, at: number) => number;

function buildGrams(
  folded: Uint8Array,
  valueOffsets: Uint32Array,
  size: number,
  gramCount: number,
  gramAt: GramAt,
): GramIndex {
  const counts = new Uint32Array(gramCount);
  const offsets = measure(folded, valueOffsets, size, counts, gramAt);
  const lists = Buffer.alloc(offsets[gramCount] ?? 0);
  const ends = offsets.slice(0, gramCount);
  // Value id + 1 that each gram was last seen in: a value counts once, and differences are from there.
  const lastSeen = new Uint32Array(gramCount);
  for (let valueId = 0; valueId + 1 < valueOffsets.length; valueId++) {
    const last = (valueOffsets[valueId + 1] ?? 0) - 1 - size;
    for (let at = valueOffsets[valueId] ?? 0; at <= last; at++) {
      const gram = gramAt(folded, at);
      const seen = lastSeen[gram] ?? 0;
      if (seen === valueId + 1) continue;
      lastSeen[gram] = valueId + 1;
      let end = ends[gram] ?? 0;
      let delta = seen === 0 ? valueId : valueId + 1 - seen;
      while (delta >= 0x80) {
        lists[end++] = (delta & 0x7f) | 0x80;
        delta >>>= 7;
      }
      lists[end++] = delta;
      ends[gram] = end;
    }
  }
  return { offsets, counts, lists };
}

/** Fills `counts`; returns where the list of each gram begins. */
function measure(
  folded: Uint8Array,
  valueOffsets: Uint32Array,
  size: number,
  counts: Uint32Array,
  gramAt: GramAt,
): Uint32Array {
  const sizes = new Uint32Array(counts.length);
  const lastSeen = new Uint32Array(counts.length);
  for (let valueId = 0; valueId + 1 < valueOffsets.length; valueId++) {
    const last = (valueOffsets[valueId + 1] ?? 0) - 1 - size;
    for (let at = valueOffsets[valueId] ?? 0; at <= last; at++) {
      const gram = gramAt(folded, at);
      const seen = lastSeen[gram] ?? 0;
      if (seen === valueId + 1) continue;
      lastSeen[gram] = valueId + 1;
      counts[gram] = (counts[gram] ?? 0) + 1;
      sizes[gram] = (sizes[gram] ?? 0) + sizeOf(seen === 0 ? valueId : valueId + 1 - seen);
    }
  }
  const offsets = new Uint32Array(counts.length + 1);
  let total = 0;
  for (let gram = 0; gram < counts.length; gram++) {
    offsets[gram] = total;
    total += sizes[gram] ?? 0;
  }
  offsets[counts.length] = total;
  return offsets;
}

/** Bytes of `number` in LEB128. */
function sizeOf(number: number): number {
  if (number < 1 << 7) return 1;
  if (number < 1 << 14) return 2;
  if (number < 1 << 21) return 3;
  return number < 1 << 28 ? 4 : 5;
}
