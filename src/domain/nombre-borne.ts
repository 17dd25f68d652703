/** A number that is counted up to a limit only, so that a page never waits for a count: « plus de 10 000 ». */
export type NombreBorne = { readonly n: number; readonly estDepasse: boolean };

/** `trouves`: counted up to `max` + 1. */
export function nombreBorne(trouves: number, max: number): NombreBorne {
  return trouves > max ? { n: max, estDepasse: true } : { n: trouves, estDepasse: false };
}
