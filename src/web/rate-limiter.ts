// Token buckets: so many per second on the average, a burst of a second's worth.

type Bucket = { tokens: number; at: number };

export class RateLimiter {
  readonly #keysMax: number;
  readonly #buckets = new Map<string, Bucket>();

  /** Beyond `keysMax` keys, the one that was seen first is forgotten: it gets a full bucket again. */
  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** Takes one token of `key`; returns 0, or the milliseconds to wait for the next one. */
  take(key: string, perSecond: number, nowMs: number): number {
    const bucket = this.#bucketOf(key, perSecond, nowMs);
    const earned = (Math.max(0, nowMs - bucket.at) * perSecond) / 1_000;
    bucket.tokens = Math.min(perSecond, bucket.tokens + earned);
    bucket.at = nowMs;
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 1_000) / perSecond);
    bucket.tokens -= 1;
    return 0;
  }

  #bucketOf(key: string, perSecond: number, nowMs: number): Bucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    if (this.#buckets.size >= this.#keysMax) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    const bucket = { tokens: perSecond, at: nowMs };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
