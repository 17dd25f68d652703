/** A few answers kept for a while: bounded in number (the oldest leaves first) and in time. */
export type ShortMemory<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  clear(): void;
};

export function createShortMemory<T>(limits: {
  readonly entriesMax: number;
  readonly lifeMs: number;
  now(): Date;
}): ShortMemory<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      return entry && limits.now().getTime() < entry.until ? entry.value : undefined;
    },
    set: (key, value) => {
      // Written again, a key becomes the youngest.
      entries.delete(key);
      entries.set(key, { value, until: limits.now().getTime() + limits.lifeMs });
      const [oldest] = entries.keys();
      if (entries.size > limits.entriesMax && oldest !== undefined) entries.delete(oldest);
    },
    clear: () => {
      entries.clear();
    },
  };
}
