// State of simple paged results (RFC 2696): the whole list of hits, so that a later page is a slice of it.
import { randomBytes } from 'node:crypto';
import type { StaticEntry } from '../directory/directory.js';
import type { SearchRequest } from '../protocol/request.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import type { Snapshot } from '../snapshot/segment.js';
import { fingerprintOf } from './search-fingerprint.js';

/** What a first page leaves for the others: of one snapshot, whatever is swapped since. */
export type PagedList = {
  readonly snapshot: Snapshot;
  readonly statics: readonly StaticEntry[];
  readonly hits: Uint32Array;
  /** Of the whole search: given with the last page (RFC 2696 section 3: the size limit spans pages). */
  readonly code: ResultCode;
};

export type Page = {
  readonly snapshot: Snapshot;
  readonly statics: readonly StaticEntry[];
  readonly hits: Uint32Array;
  readonly code: ResultCode;
  /** Empty with the last page. */
  readonly cookie: Buffer;
  readonly total: number;
};

export type PageAnswer =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'refused'; readonly code: ResultCode; readonly message: string };

export type PagingLimits = {
  /** Lists kept at once, of all those who share this. */
  readonly listsMax: number;
  /** Bytes of hits kept at once. */
  readonly bytesMax: number;
  /** A list that nobody asked for since is forgotten. */
  readonly idleMs: number;
};

/** Counts what is kept on all connections. */
export type SharedMemory = {
  /** Whether `bytes` more would fit. */
  hasRoom(bytes: number): boolean;
  /** @param bytes negative: given back */
  add(bytes: number): void;
};

type Kept = {
  readonly list: PagedList;
  readonly fingerprint: string;
  sent: number;
  usedAtMs: number;
  readonly openedAtMs: number;
};

const cookieLength = 16;
/** In idle times, however often it is asked for: what was hidden since the first page must not be read for long. */
const ageFactorMax = 3;

/**
 * Of one connection: a cookie means nothing on another. A cookie serves once, so that an answer lost and asked for again
 * is refused rather than wrong.
 */
export class PagedSearches {
  readonly #limits: PagingLimits;
  readonly #shared: SharedMemory;
  /** The oldest first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** @param shared what the lists of all connections may take together */
  constructor(limits: PagingLimits, shared: SharedMemory) {
    this.#limits = limits;
    this.#shared = shared;
  }

  get count(): number {
    return this.#kept.size;
  }

  /** The first page of a search that is done. `size` of at least 1. */
  open(request: SearchRequest, list: PagedList, size: number, nowMs: number): PageAnswer {
    this.#forgetOld(nowMs);
    const fingerprint = fingerprintOf(request);
    const kept = { list, fingerprint, sent: 0, usedAtMs: nowMs, openedAtMs: nowMs };
    return this.#next(kept, size, nowMs);
  }

  /** A later page. A size of 0 gives the search up (RFC 2696 section 3). */
  resume(request: SearchRequest, cookie: Buffer, size: number, nowMs: number): PageAnswer {
    this.#forgetOld(nowMs);
    const key = cookie.toString('hex');
    const kept = cookie.length === cookieLength ? this.#kept.get(key) : undefined;
    if (!kept) return refuse(resultCode.unwillingToPerform, 'unknown or expired cookie');
    if (kept.fingerprint !== fingerprintOf(request)) {
      return refuse(resultCode.unwillingToPerform, 'cookie of another search');
    }
    this.#forget(key, kept);
    return this.#next(kept, size, nowMs);
  }

  clear(): void {
    for (const [key, kept] of this.#kept) this.#forget(key, kept);
  }

  #next(kept: Kept, size: number, nowMs: number): PageAnswer {
    const { snapshot, statics, hits, code } = kept.list;
    const total = statics.length + hits.length;
    if (size === 0) {
      const page = { snapshot, statics: [], hits: noHits, code: resultCode.success };
      return { kind: 'page', page: { ...page, cookie: noCookie, total } };
    }
    const end = Math.min(total, kept.sent + size);
    const page = {
      snapshot,
      statics: statics.slice(kept.sent, end),
      hits: hits.subarray(
        Math.max(0, kept.sent - statics.length),
        Math.max(0, end - statics.length),
      ),
      total,
    };
    if (end === total) return { kind: 'page', page: { ...page, code, cookie: noCookie } };
    const cookie = this.#keep({ ...kept, sent: end, usedAtMs: nowMs });
    if (!cookie) return refuse(resultCode.unwillingToPerform, 'too much to keep for pages');
    return { kind: 'page', page: { ...page, code: resultCode.success, cookie } };
  }

  /** Makes room by forgetting the oldest; undefined when the list alone is over the limit. */
  #keep(kept: Kept): Buffer | undefined {
    const { listsMax, bytesMax } = this.#limits;
    const bytes = kept.list.hits.byteLength;
    if (bytes > bytesMax || listsMax < 1) return undefined;
    for (const [key, oldest] of this.#kept) {
      if (this.#kept.size < listsMax && this.#bytes + bytes <= bytesMax) break;
      this.#forget(key, oldest);
    }
    if (!this.#shared.hasRoom(bytes)) return undefined;
    const cookie = randomBytes(cookieLength);
    this.#kept.set(cookie.toString('hex'), kept);
    this.#bytes += bytes;
    this.#shared.add(bytes);
    return cookie;
  }

  #forgetOld(nowMs: number): void {
    for (const [key, kept] of this.#kept) {
      const { idleMs } = this.#limits;
      const isOld = nowMs - kept.openedAtMs >= idleMs * ageFactorMax;
      if (isOld || nowMs - kept.usedAtMs >= idleMs) this.#forget(key, kept);
    }
  }

  #forget(key: string, kept: Kept): void {
    const { byteLength } = kept.list.hits;
    this.#kept.delete(key);
    this.#bytes -= byteLength;
    this.#shared.add(-byteLength);
  }
}

const noCookie = Buffer.alloc(0);
const noHits = new Uint32Array(0);

function refuse(code: ResultCode, message: string): PageAnswer {
  return { kind: 'refused', code, message };
}
