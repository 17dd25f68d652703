/** The quota of calls: a bucket that fills at the pace allowed, and holds one second of it. */
export class Debit {
  readonly #parSeconde: number;
  #jetons: number;
  #vuMs = 0;

  /** `parSeconde`: 0 = no limit. */
  constructor(parSeconde: number) {
    this.#parSeconde = parSeconde;
    this.#jetons = Math.max(1, parSeconde);
  }

  /** Takes one call; else says after how many whole seconds to come back. */
  prendre(now: Date): number | undefined {
    if (this.#parSeconde === 0) return undefined;
    const capacite = Math.max(1, this.#parSeconde);
    const ecouleMs = this.#vuMs === 0 ? 0 : Math.max(0, now.getTime() - this.#vuMs);
    this.#vuMs = now.getTime();
    this.#jetons = Math.min(capacite, this.#jetons + (ecouleMs * this.#parSeconde) / 1_000);
    if (this.#jetons >= 1) {
      this.#jetons -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil((1 - this.#jetons) / this.#parSeconde));
  }
}
