// Inverted lists of n-grams, in two passes over the texts: sizes, then bytes. The passes are most of what an index costs:
// one table look-up per byte, and what is known of a gram side by side in memory.
import { gramClass, gramClassCount } from './grams.js';
import type { GramIndex } from './segment.js';

/** Which values hold each bigram; `folded` and `offsets` are those of a column. */
export function buildBigrams(folded: Uint8Array, offsets: Uint32Array): GramIndex {
  return buildGrams(folded, offsets, 2);
}

export function buildTrigrams(folded: Uint8Array, offsets: Uint32Array): GramIndex {
  return buildGrams(folded, offsets, 3);
}

// Cells of a gram: value id + 1 that it was last seen in (a value counts once, and differences are from there), then as named.
const cellBits = 2;
const countCell = 1;
const sizeCell = 2;
const endCell = 1;

const classBits = Math.log2(gramClassCount);

function buildGrams(folded: Uint8Array, valueOffsets: Uint32Array, size: number): GramIndex {
  const gramCount = gramClassCount ** size;
  const cells = measure(folded, valueOffsets, size);
  const counts = new Uint32Array(gramCount);
  const offsets = new Uint32Array(gramCount + 1);
  let total = 0;
  for (let gram = 0; gram < gramCount; gram++) {
    const cell = gram << cellBits;
    counts[gram] = cells[cell + countCell] ?? 0;
    offsets[gram] = total;
    const listSize = cells[cell + sizeCell] ?? 0;
    cells[cell] = 0;
    cells[cell + endCell] = total;
    total += listSize;
  }
  offsets[gramCount] = total;
  const lists = Buffer.allocUnsafeSlow(total);
  writeLists(folded, valueOffsets, size, cells, lists);
  return { offsets, counts, lists };
}

function measure(folded: Uint8Array, valueOffsets: Uint32Array, size: number): Uint32Array {
  const mask = gramClassCount ** size - 1;
  const cells = new Uint32Array((gramClassCount ** size) << cellBits);
  const valueCount = valueOffsets.length - 1;
  for (let now = 1; now <= valueCount; now++) {
    const start = valueOffsets[now - 1] ?? 0;
    const end = (valueOffsets[now] ?? 0) - 1;
    const whole = start + size - 1;
    let gram = 0;
    for (let at = start; at < end; at++) {
      gram = ((gram << classBits) | (gramClass[folded[at] ?? 0] ?? 0)) & mask;
      if (at < whole) continue;
      const cell = gram << cellBits;
      const seen = cells[cell] ?? 0;
      if (seen === now) continue;
      const delta = seen === 0 ? now - 1 : now - seen;
      cells[cell] = now;
      cells[cell + countCell] = (cells[cell + countCell] ?? 0) + 1;
      cells[cell + sizeCell] = (cells[cell + sizeCell] ?? 0) + (delta < 0x80 ? 1 : sizeOf(delta));
    }
  }
  return cells;
}

function writeLists(
  folded: Uint8Array,
  valueOffsets: Uint32Array,
  size: number,
  cells: Uint32Array,
  lists: Uint8Array,
): void {
  const mask = gramClassCount ** size - 1;
  const valueCount = valueOffsets.length - 1;
  for (let now = 1; now <= valueCount; now++) {
    const start = valueOffsets[now - 1] ?? 0;
    const last = (valueOffsets[now] ?? 0) - 1;
    const whole = start + size - 1;
    let gram = 0;
    for (let at = start; at < last; at++) {
      gram = ((gram << classBits) | (gramClass[folded[at] ?? 0] ?? 0)) & mask;
      if (at < whole) continue;
      const cell = gram << cellBits;
      const seen = cells[cell] ?? 0;
      if (seen === now) continue;
      let delta = seen === 0 ? now - 1 : now - seen;
      let end = cells[cell + endCell] ?? 0;
      while (delta >= 0x80) {
        lists[end++] = (delta & 0x7f) | 0x80;
        delta >>>= 7;
      }
      lists[end++] = delta;
      cells[cell] = now;
      cells[cell + endCell] = end;
    }
  }
}

/** Bytes of `number` in LEB128. */
function sizeOf(number: number): number {
  if (number < 1 << 7) return 1;
  if (number < 1 << 14) return 2;
  if (number < 1 << 21) return 3;
  return number < 1 << 28 ? 4 : 5;
}
