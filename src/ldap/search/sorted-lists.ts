// Sorted lists that somebody scrolls through by virtual list views: made once, then each view is a slice.
import type { Snapshot } from '../snapshot/segment.js';

export type SortedListLimits = {
  /** Lists kept at once, of all connections. */
  readonly listsMax: number;
  readonly bytesMax: number;
  /** A list that nobody looked at since is forgotten. */
  readonly idleMs: number;
};

type Kept = { readonly snapshot: Snapshot; readonly hits: Uint32Array; usedAtMs: number };

/**
 * Shared by all connections: everybody sees the same directory, and address books open a connection for each view.
 * Keys tell what was searched and how it is sorted. A list is of one snapshot and goes with it.
 */
export class SortedLists {
  readonly #limits: SortedListLimits;
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(limits: SortedListLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#kept.size;
  }

  find(key: string, snapshot: Snapshot, nowMs: number): Uint32Array | undefined {
    const kept = this.#kept.get(key);
    if (kept?.snapshot !== snapshot) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.usedAtMs = nowMs;
    return kept.hits;
  }

  keep(key: string, snapshot: Snapshot, hits: Uint32Array, nowMs: number): void {
    const { listsMax, bytesMax } = this.#limits;
    this.#forget(key);
    if (hits.byteLength > bytesMax || listsMax < 1) return;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < listsMax && this.#bytes + hits.byteLength <= bytesMax) break;
      this.#forget(oldest);
    }
    this.#kept.set(key, { snapshot, hits, usedAtMs: nowMs });
    this.#bytes += hits.byteLength;
  }

  /** Drops lists of other snapshots than `snapshot`, and those that nobody scrolls through any more. */
  sweep(snapshot: Snapshot | undefined, nowMs: number): void {
    for (const [key, kept] of this.#kept) {
      const isIdle = nowMs - kept.usedAtMs >= this.#limits.idleMs;
      if (isIdle || kept.snapshot !== snapshot) this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.hits.byteLength ?? 0;
    this.#kept.delete(key);
  }
}
