// Figures that take a second to count, and are looked at every few: kept while they are fresh, counted once at a time.

type Kept<T> = { readonly version: string; readonly at: number; readonly value: Promise<T> };

export class Recent<T> {
  readonly #freshMs: number;
  readonly #now: () => Date;
  #kept: Kept<T> | undefined;
  #next: Kept<T> | undefined;

  constructor(freshMs: number, now: () => Date) {
    this.#freshMs = freshMs;
    this.#now = now;
  }

  /**
   * What `count` said of this version. Another version is counted at once; one that has aged is given once more while it is
   * counted again.
   */
  get(version: string, count: () => Promise<T>): Promise<T> {
    const at = this.#now().getTime();
    const kept = this.#kept;
    if (kept?.version !== version) return this.#start(version, at, count);
    if (at - kept.at > this.#freshMs && this.#next === undefined) {
      this.#renew(version, at, count);
    }
    return kept.value;
  }

  #start(version: string, at: number, count: () => Promise<T>): Promise<T> {
    const value = count();
    const kept = { version, at, value };
    this.#kept = kept;
    // What failed is counted again by whoever asks next.
    value.catch(() => {
      if (this.#kept === kept) this.#kept = undefined;
    });
    return value;
  }

  #renew(version: string, at: number, count: () => Promise<T>): void {
    const next = { version, at, value: count() };
    this.#next = next;
    next.value
      .then(
        () => {
          if (this.#kept?.version === version) this.#kept = next;
        },
        () => undefined,
      )
      .finally(() => {
        this.#next = undefined;
      });
  }
}
