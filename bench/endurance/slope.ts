// Whether something grows: the line of least squares, with how sure it is.

export type Point = { readonly atMs: number; readonly value: number };

export type Slope = {
  readonly perHour: number;
  /** Half of the interval of confidence at 95 %. */
  readonly margin: number;
  readonly mean: number;
};

/** Undefined under three points, or all at one instant. */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const meanAt = points.reduce((sum, { atMs }) => sum + atMs, 0) / count;
  const mean = points.reduce((sum, { value }) => sum + value, 0) / count;
  const spread = points.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  if (spread === 0) return undefined;
  const perMs =
    points.reduce((sum, { atMs, value }) => sum + (atMs - meanAt) * (value - mean), 0) / spread;
  const residue = points.reduce(
    (sum, { atMs, value }) => sum + (value - mean - perMs * (atMs - meanAt)) ** 2,
    0,
  );
  const deviation = Math.sqrt(residue / (count - 2) / spread);
  const hourMs = 3_600_000;
  // Student's factor tends to 1.96; for a few points it is more.
  const factor = 1.96 + 2.4 / (count - 2);
  return { perHour: perMs * hourMs, margin: factor * deviation * hourMs, mean };
}

/** Flat: the growth that is sure, over a day, would not take a fifth more than what is held. */
export function isFlat({ perHour, margin, mean }: Slope): boolean {
  return (perHour - margin) * 24 <= Math.max(mean * 0.2, 5);
}
