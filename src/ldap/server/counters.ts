// What the server counts of itself. Nothing is allocated and nothing looked up by a name while it serves: numbers at fixed
// places, which whoever collects them turns into metrics (commands/ldap-metriques.ts).
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import type { ResultTag } from '../protocol/operation-tag.js';

/** Upper ends of the classes of durations, in milliseconds; whatever is longer is in one more class. */
export const dureesMs: readonly number[] = [
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000, 10_000,
];

const codesMax = Math.max(...Object.values(resultCode)) + 1;
/** Tags of answers are 0x60 to 0x7f. */
const firstTag = 0x60;
const tagsMax = 0x20;

export class ServerCounters {
  /** By tag of the answer, then by code. */
  readonly #results = new Float64Array(tagsMax * codesMax);
  /** By class of duration. */
  readonly searchDurations = new Float64Array(dureesMs.length + 1);
  searchTotalMs = 0;
  /** Searches that were answered as soon as they were read: whoever reads times them, with the clock that it looks at anyway. */
  searchesAtOnce = 0;
  entriesSent = 0;
  bytesIn = 0;
  bytesOut = 0;
  accepted = 0;
  /** Connections beyond the limit of all, and beyond that of one address. */
  refused = 0;
  refusedAddress = 0;
  faults = 0;

  noteResult(tag: ResultTag, code: ResultCode): void {
    const at = (tag - firstTag) * codesMax + code;
    this.#results[at] = (this.#results[at] ?? 0) + 1;
  }

  /** From the request read to its last answer written. */
  noteSearch(durationMs: number): void {
    let at = 0;
    while (at < dureesMs.length && durationMs > (dureesMs[at] ?? Infinity)) at += 1;
    this.searchDurations[at] = (this.searchDurations[at] ?? 0) + 1;
    this.searchTotalMs += durationMs;
  }

  countOf(tag: ResultTag, code: ResultCode): number {
    return this.#results[(tag - firstTag) * codesMax + code] ?? 0;
  }
}
