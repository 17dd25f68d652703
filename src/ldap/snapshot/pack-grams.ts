// Gram lists as servers keep them: only of grams that are there, and as bits where many values hold one.
import { bitmapSize, isBitmap, type GramIndex, type PackedGrams } from './segment.js';

/** `index`: as built. `valueCount`: values of its column. */
export function packGrams(index: GramIndex, valueCount: number): PackedGrams {
  const grams = listGrams(index.counts);
  const counts = grams.map((gram) => index.counts[gram] ?? 0);
  const offsets = new Uint32Array(grams.length + 1);
  for (let slot = 0; slot < grams.length; slot++) {
    const gram = grams[slot] ?? 0;
    const size = isBitmap(counts[slot] ?? 0, valueCount)
      ? bitmapSize(valueCount)
      : (index.offsets[gram + 1] ?? 0) - (index.offsets[gram] ?? 0);
    offsets[slot + 1] = (offsets[slot] ?? 0) + size;
  }
  const lists = Buffer.allocUnsafeSlow(offsets[grams.length] ?? 0);
  for (let slot = 0; slot < grams.length; slot++) {
    const gram = grams[slot] ?? 0;
    const start = index.offsets[gram] ?? 0;
    const list = index.lists.subarray(start, index.offsets[gram + 1]);
    const into = lists.subarray(offsets[slot], offsets[slot + 1]);
    if (isBitmap(counts[slot] ?? 0, valueCount)) setBits(list, into);
    else into.set(list);
  }
  return { valueCount, grams, counts, offsets, lists };
}

function listGrams(counts: Uint32Array): Uint32Array {
  let length = 0;
  for (const count of counts) if (count > 0) length++;
  const grams = new Uint32Array(length);
  let slot = 0;
  for (let gram = 0; gram < counts.length; gram++) if (counts[gram] !== 0) grams[slot++] = gram;
  return grams;
}

function setBits(list: Uint8Array, bits: Uint8Array): void {
  bits.fill(0);
  let value = 0;
  for (let at = 0; at < list.length;) {
    let byte = list[at++] ?? 0;
    let delta = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = list[at++] ?? 0;
      delta |= (byte & 0x7f) << shift;
    }
    value += delta;
    bits[value >> 3] = (bits[value >> 3] ?? 0) | (1 << (value & 7));
  }
}
