/** The quota of calls: a bucket that fills at the pace allowed, and holds one second of it. */
export class Rate {
  readonly #perSecond: number;
  #tokens: number;
  #seenMs = 0;

  /** `perSecond`: 0 = no limit. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = Math.max(1, perSecond);
  }

  /** Takes one call; else says after how many whole seconds to come back. */
  take(now: Date): number | undefined {
    if (this.#perSecond === 0) return undefined;
    const capacity = Math.max(1, this.#perSecond);
    const elapsedMs = this.#seenMs === 0 ? 0 : Math.max(0, now.getTime() - this.#seenMs);
    this.#seenMs = now.getTime();
    this.#tokens = Math.min(capacity, this.#tokens + (elapsedMs * this.#perSecond) / 1_000);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#perSecond));
  }
}
