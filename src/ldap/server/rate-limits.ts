// How many searches a second one address or one account may ask for: a bucket of tokens each.

/** Buckets kept at most; beyond, full ones are forgotten (they would be made again just the same). */
const bucketsMax = 20_000;

export type TokenBucket = {
  tokens: number;
  /** Clock of `performance.now()`. */
  filledAtMs: number;
  readonly perSecond: number;
  readonly burst: number;
};

/** Takes a token; false when there is none. `perSecond` 0 = no limit. */
export function takeToken(bucket: TokenBucket, nowMs: number): boolean {
  if (bucket.perSecond === 0) return true;
  const gained = ((nowMs - bucket.filledAtMs) * bucket.perSecond) / 1000;
  bucket.tokens = Math.min(bucket.burst, bucket.tokens + gained);
  bucket.filledAtMs = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/** Buckets by name (address or account), found once per connection or bind, not once per search. */
export class RateLimits {
  readonly #buckets = new Map<string, TokenBucket>();

  bucketOf(name: string, perSecond: number, nowMs: number): TokenBucket {
    const known = this.#buckets.get(name);
    if (known) return known;
    if (this.#buckets.size >= bucketsMax) this.forgetFull(nowMs);
    const burst = Math.max(1, perSecond * 2);
    const bucket = { tokens: burst, filledAtMs: nowMs, perSecond, burst };
    // Past the bound, an address that is not remembered still has a bucket for the time of its connection.
    if (this.#buckets.size < bucketsMax) this.#buckets.set(name, bucket);
    return bucket;
  }

  forgetFull(nowMs: number): void {
    for (const [name, { tokens, burst, perSecond, filledAtMs }] of this.#buckets) {
      if (tokens + ((nowMs - filledAtMs) * perSecond) / 1000 >= burst) this.#buckets.delete(name);
    }
  }
}
