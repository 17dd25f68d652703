// Sorting millions of texts by their bytes without one comparison in JavaScript for most of them.

/** Below this, sorting by insertion beats a call of the engine's sort. */
const insertionMax = 12;

// Where the halves of a 64-bit number are in memory.
const lowHalf = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const highHalf = 1 - lowHalf;

/**
 * Ranks texts by their bytes: text i begins at `starts[i]` of `bytes` and ends with a byte 0. Returns the numbers of the
 * texts in order; equal ones by number.
 *
 * Four bytes of text and the number make one 64-bit key, which the engine sorts natively; texts whose four bytes are the
 * same are sorted again by the next four, until a byte 0 ends them.
 */
export function sortTexts(bytes: Uint8Array, starts: Uint32Array): Uint32Array {
  const order = countUp(starts.length);
  if (isInOrder(bytes, starts)) return order;
  const keys = new BigUint64Array(starts.length);
  const halves = new Uint32Array(keys.buffer);
  // Ranges left to sort: first, end, depth in bytes, over and over. All texts of a range are equal up to its depth.
  const ranges = [0, starts.length, 0];
  for (;;) {
    const depth = ranges.pop();
    const end = ranges.pop();
    const first = ranges.pop();
    if (first === undefined || end === undefined || depth === undefined) return order;
    if (end - first <= insertionMax) {
      sortByInsertion(bytes, starts, order.subarray(first, end), depth);
      continue;
    }
    if (!loadKeys(bytes, starts, order, halves, first, end, depth)) {
      keys.subarray(first, end).sort();
      for (let at = first; at < end; at++) order[at] = halves[2 * at + lowHalf] ?? 0;
    }
    pushTies(halves, first, end, depth + 4, ranges);
  }
}

/** 0, 1, 2… */
export function countUp(length: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let at = 0; at < length; at++) numbers[at] = at;
  return numbers;
}

/** As addresses are: they come so. */
function isInOrder(bytes: Uint8Array, starts: Uint32Array): boolean {
  for (let at = 1; at < starts.length; at++) {
    if (compareTexts(bytes, starts[at - 1] ?? 0, bytes, starts[at] ?? 0) > 0) return false;
  }
  return true;
}

/** Returns true when the range is in order already. */
function loadKeys(
  bytes: Uint8Array,
  starts: Uint32Array,
  order: Uint32Array,
  halves: Uint32Array,
  first: number,
  end: number,
  depth: number,
): boolean {
  let isSorted = true;
  let lastKey = 0;
  let lastNumber = 0;
  for (let at = first; at < end; at++) {
    const number = order[at] ?? 0;
    const key = keyAt(bytes, (starts[number] ?? 0) + depth);
    if (key < lastKey || (key === lastKey && number < lastNumber)) isSorted = false;
    lastKey = key;
    lastNumber = number;
    halves[2 * at + highHalf] = key;
    halves[2 * at + lowHalf] = number;
  }
  return isSorted;
}

/** The four bytes at `place` as a number, zeros from the byte 0 on. */
function keyAt(bytes: Uint8Array, place: number): number {
  const b0 = bytes[place] ?? 0;
  if (b0 === 0) return 0;
  const b1 = bytes[place + 1] ?? 0;
  if (b1 === 0) return (b0 << 24) >>> 0;
  const b2 = bytes[place + 2] ?? 0;
  if (b2 === 0) return ((b0 << 24) | (b1 << 16)) >>> 0;
  return ((b0 << 24) | (b1 << 16) | (b2 << 8) | (bytes[place + 3] ?? 0)) >>> 0;
}

/** Runs of the same key whose texts go on (the last of the four bytes is not 0) are ranges to sort further. */
function pushTies(
  halves: Uint32Array,
  first: number,
  end: number,
  depth: number,
  ranges: number[],
): void {
  let runFirst = first;
  for (let at = first + 1; at <= end; at++) {
    const key = halves[2 * runFirst + highHalf] ?? 0;
    if (at < end && halves[2 * at + highHalf] === key) continue;
    if (at - runFirst > 1 && (key & 0xff) !== 0) ranges.push(runFirst, at, depth);
    runFirst = at;
  }
}

function sortByInsertion(
  bytes: Uint8Array,
  starts: Uint32Array,
  order: Uint32Array,
  depth: number,
): void {
  for (let at = 1; at < order.length; at++) {
    const number = order[at] ?? 0;
    let hole = at;
    for (; hole > 0; hole--) {
      const before = order[hole - 1] ?? 0;
      const difference = compareTexts(
        bytes,
        (starts[before] ?? 0) + depth,
        bytes,
        (starts[number] ?? 0) + depth,
      );
      if (difference < 0 || (difference === 0 && before < number)) break;
      order[hole] = before;
    }
    order[hole] = number;
  }
}

/** Order of two texts that each end with a byte 0; negative, 0 or positive. */
export function compareTexts(
  leftBytes: Uint8Array,
  left: number,
  rightBytes: Uint8Array,
  right: number,
): number {
  for (let at = 0; ; at++) {
    const byte = leftBytes[left + at] ?? 0;
    const difference = byte - (rightBytes[right + at] ?? 0);
    if (difference !== 0 || byte === 0) return difference;
  }
}
