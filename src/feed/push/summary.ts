// What a push did, counted as it goes.
import type { KindOperation } from '../../domain/feed-operation.js';
import { adresseDe } from '../../domain/feed-operation.js';
import type { ClaimedOperation } from '../../store/feed-outbox.js';
import type { Settlement } from '../../store/feed-settle.js';
import type { ChannelPause, ChannelStop } from './channel.js';

export type Failure = {
  readonly id: number;
  readonly adresse: string;
  readonly state: 'held' | 'dead';
  readonly code: string;
  readonly message: string;
};

export type PushSummary = {
  /** Accepted by the ANS in this run. */
  readonly accepted: Readonly<Record<KindOperation, number>>;
  readonly heldCount: number;
  readonly deadCount: number;
  /** Answers that put an operation off. */
  readonly retryCount: number;
  /** Leases of other pushers, dead ones, that this run took over. */
  readonly takenOverCount: number;
  /** Results that came after the lease had ended: another pusher has those operations. */
  readonly lostCount: number;
  readonly callCount: number;
  readonly durationMs: number;
  /** The first ones. */
  readonly failures: readonly Failure[];
  readonly stop: ChannelStop | undefined;
  readonly pause: ChannelPause | undefined;
  /** True when a signal ended it before its time. */
  readonly isInterrupted: boolean;
};

const failuresMax = 20;

export class Tally {
  readonly accepted: Record<KindOperation, number> = { insert: 0, replace: 0, delete: 0 };
  heldCount = 0;
  deadCount = 0;
  retryCount = 0;
  takenOverCount = 0;
  lostCount = 0;
  callCount = 0;
  readonly failures: Failure[] = [];

  /** Settled for good, one way or the other. */
  get doneCount(): number {
    const { insert, replace, delete: deleted } = this.accepted;
    return insert + replace + deleted + this.heldCount + this.deadCount;
  }

  count(claimed: ClaimedOperation, settlement: Settlement): void {
    const { state } = settlement;
    if (state === 'accepted') this.accepted[claimed.operation.kind] += 1;
    else if (state === 'retry') this.retryCount += 1;
    else if (state === 'held' || state === 'dead') {
      if (state === 'held') this.heldCount += 1;
      else this.deadCount += 1;
      this.#addFailure(claimed, settlement, state);
    }
  }

  #addFailure(claimed: ClaimedOperation, settlement: Settlement, state: 'held' | 'dead'): void {
    if (this.failures.length >= failuresMax) return;
    this.failures.push({
      id: claimed.id,
      adresse: adresseDe(claimed.operation),
      state,
      code: settlement.code ?? '',
      message: settlement.message ?? '',
    });
  }
}
