// What a key of the API lets its client do.

export const portees = [
  /** Ask whether a BAL may be created, or may forward. */
  'verification',
  /** Read professionals, structures and their published BAL. */
  'lecture',
  /** Give the inventory. */
  'inventaire',
] as const;

export type Portee = (typeof portees)[number];

export function isPortee(text: string): text is Portee {
  return portees.some((portee) => portee === text);
}
