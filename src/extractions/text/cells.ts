const PIPE = 124;

/**
 * Finds the cells of one line: `ends[i]` becomes the offset of the separator after cell i (or the line's end).
 * Returns the number of cells; past `ends.length` they are only counted.
 */
export function splitCells(buffer: Buffer, start: number, end: number, ends: Int32Array): number {
  let count = 0;
  const capacity = ends.length;
  for (let at = start; at < end; at += 1) {
    if (buffer[at] === PIPE) {
      if (count < capacity) ends[count] = at;
      count += 1;
    }
  }
  if (count < capacity) ends[count] = end;
  return count + 1;
}
