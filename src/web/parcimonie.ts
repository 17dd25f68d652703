// What anybody may provoke is told once in a while by each: a flood of refusals must not write a line each.

const everyMs = 60_000;
const keysMax = 10_000;

export class Parcimonie {
  readonly #lastMs = new Map<string, number>();

  /** True at most once a minute for a key, and for all together once there are too many. */
  allows(key: string, nowMs: number): boolean {
    const last = this.#lastMs.get(key);
    if (last !== undefined && nowMs - last < everyMs) return false;
    if (last === undefined && this.#lastMs.size >= keysMax) {
      for (const [known, at] of this.#lastMs) if (nowMs - at >= everyMs) this.#lastMs.delete(known);
      if (this.#lastMs.size >= keysMax) return false;
    }
    this.#lastMs.set(key, nowMs);
    return true;
  }
}
