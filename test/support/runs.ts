/** How often a property is tried: what it is worth with LONG=1, half of it on each commit. */
export function runs(long: number): number {
  return process.env['LONG'] === '1' ? long : Math.ceil(long / 2);
}
