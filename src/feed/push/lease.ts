// The operations that this pusher holds, and until when. What it no longer holds, it must not send.
import type { ClaimedOperation } from '../../store/feed-outbox.js';
import type { Clock } from './clock.js';
import type { Outbox } from './outbox.js';

export class Leases {
  readonly #held = new Map<number, ClaimedOperation>();
  readonly #until = new Map<string, number>();
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #leaseMs: number;

  constructor(outbox: Outbox, clock: Clock, leaseMs: number) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#leaseMs = leaseMs;
  }

  get count(): number {
    return this.#held.size;
  }

  add(operations: readonly ClaimedOperation[], until: Date): void {
    for (const operation of operations) {
      this.#held.set(operation.id, operation);
      this.#until.set(operation.claim, until.getTime());
    }
  }

  /** A request may be sent: its lease has more than a third to run, more than the longest request takes. */
  isHeld({ id, claim }: ClaimedOperation): boolean {
    const until = this.#until.get(claim);
    if (until === undefined || this.#held.get(id)?.claim !== claim) return false;
    return until - this.#clock.now().getTime() > this.#leaseMs / 3;
  }

  drop(operations: readonly { readonly id: number; readonly claim: string }[]): void {
    for (const { id, claim } of operations) {
      if (this.#held.get(id)?.claim === claim) this.#held.delete(id);
    }
    if (this.#held.size === 0) this.#until.clear();
  }

  /** To be called every third of a lease. */
  async renew(): Promise<void> {
    const operations = [...this.#held.values()];
    if (operations.length === 0) return;
    const now = this.#clock.now();
    const until = new Date(now.getTime() + this.#leaseMs);
    const kept = new Set(await this.#outbox.renew(operations, now, until));
    // Settled meanwhile, or taken over: either way no longer ours to send.
    this.drop(operations.filter(({ id }) => !kept.has(id)));
    for (const { id, claim } of operations) {
      if (kept.has(id)) this.#until.set(claim, until.getTime());
    }
  }
}
