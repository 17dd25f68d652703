// Wrong passwords by address: each makes the next refusal slower to come.

/** Mistakes that cost nothing: a password just changed, a typing error. */
const freeFailures = 3;
const delayMinMs = 250;
const delayMaxMs = 5_000;
const forgottenMs = 10 * 60_000;
const addressesMax = 10_000;
/** Verifications and refusals that one address may have waiting; more are answered busy at once. */
const waitingMax = 8;

type Failures = { count: number; lastMs: number; waiting: number };

export class BindFailures {
  readonly #byAddress = new Map<string, Failures>();

  isBusy(address: string): boolean {
    return (this.#byAddress.get(address)?.waiting ?? 0) >= waitingMax;
  }

  /** Notes a failure; how long its answer must wait, in milliseconds. */
  note(address: string, nowMs: number): number {
    const failures = this.#findOrAdd(address, nowMs);
    if (nowMs - failures.lastMs > forgottenMs) failures.count = 0;
    failures.count += 1;
    failures.lastMs = nowMs;
    if (failures.count <= freeFailures) return 0;
    return Math.min(delayMaxMs, delayMinMs * 2 ** (failures.count - freeFailures - 1));
  }

  startWait(address: string, nowMs: number): void {
    this.#findOrAdd(address, nowMs).waiting += 1;
  }

  endWait(address: string): void {
    const failures = this.#byAddress.get(address);
    if (failures) failures.waiting -= 1;
  }

  /** After a success. A series stays: whoever has an account of their own might guess at another by it. */
  forgive(address: string): void {
    const failures = this.#byAddress.get(address);
    if (failures?.waiting === 0 && failures.count <= freeFailures) this.#byAddress.delete(address);
  }

  #findOrAdd(address: string, nowMs: number): Failures {
    const known = this.#byAddress.get(address);
    if (known) return known;
    if (this.#byAddress.size >= addressesMax) this.#forgetOld(nowMs);
    const failures = { count: 0, lastMs: nowMs, waiting: 0 };
    if (this.#byAddress.size < addressesMax) this.#byAddress.set(address, failures);
    return failures;
  }

  #forgetOld(nowMs: number): void {
    for (const [address, { lastMs, waiting }] of this.#byAddress) {
      if (waiting === 0 && nowMs - lastMs > forgottenMs) this.#byAddress.delete(address);
    }
  }
}
