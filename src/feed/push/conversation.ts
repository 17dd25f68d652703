// The calls that one request takes, each written down as it happens.
import { randomUUID } from 'node:crypto';
import type { Porteur } from '../../domain/feed-operation.js';
import { messageOf } from '../../errors.js';
import type { AttemptRecord } from '../../store/feed-settle.js';
import type {
  FeedClient,
  FeedRequest,
  PatchAnswer,
  ReadAnswer,
  Unavailable,
} from '../feed-client.js';
import type { Clock } from './clock.js';
import type { Pace } from './pace.js';

export class Conversation {
  readonly records: AttemptRecord[] = [];
  readonly #client: FeedClient;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #signal: AbortSignal | undefined;

  /** The first call was paced by whoever starts the conversation, so that it could still change its mind. */
  constructor(client: FeedClient, clock: Clock, pace: Pace, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#clock = clock;
    this.#pace = pace;
    this.#signal = signal;
  }

  async patch(request: FeedRequest): Promise<PatchAnswer> {
    return this.#say(
      () => this.#client.patch(request, this.#signal),
      (answer) => {
        const isUnknown = answer.kind === 'unavailable' && answer.isOutcomeUnknown;
        return isUnknown ? 'unknown' : answer.kind;
      },
    );
  }

  async read(adresse: string, porteur: Porteur): Promise<ReadAnswer> {
    return this.#say(
      () => this.#client.read(adresse, porteur, this.#signal),
      () => 'read',
    );
  }

  async #say<T extends PatchAnswer | ReadAnswer>(
    call: () => Promise<T>,
    outcomeOf: (answer: T | Unavailable) => AttemptRecord['outcome'],
  ): Promise<T | Unavailable> {
    if (this.records.length > 0) await this.#pace.take(this.#signal);
    const startedAt = this.#clock.now();
    const answer = await call().catch((error: unknown) => this.#cutShort(error));
    this.records.push({
      requestId: randomUUID(),
      startedAt,
      finishedAt: this.#clock.now(),
      ...answer.exchange,
      outcome: outcomeOf(answer),
      message: 'message' in answer ? answer.message : undefined,
    });
    return answer;
  }

  /** Cut by our own stop: the request may have been carried out. */
  #cutShort(error: unknown): Unavailable {
    if (this.#signal?.aborted !== true) throw error;
    return {
      kind: 'unavailable',
      cause: 'connection',
      retryAfterMs: undefined,
      isOutcomeUnknown: true,
      exchange: { request: undefined, status: undefined, response: undefined },
      message: `L’arrêt demandé a coupé l’envoi (${messageOf(error)}).`,
    };
  }
}
