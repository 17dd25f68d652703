/** Cursors give docs, or one of these. */
export const exhausted = -1;
/** The slice is over; ask again. */
export const paused = -2;

/** How much one search has examined: what slices and the limit on candidates are counted in. */
export type Meter = {
  /** Entries and values looked at. */
  examined: number;
  /** Of these, how many before the next pause. */
  pauseAt: number;
  /**
   * What the slice may still do, in tests of one value: an entry looked at by a filter of a thousand assertions is a
   * thousand times the work of one, though it counts as one examined.
   */
  workLeft: number;
};
