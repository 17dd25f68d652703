// How the way to the API fares, as this pusher sees it: refused, throttled, down. Pauses are shared through the database.
import type { PushSettings } from '../feed-settings.js';
import type { Clock } from './clock.js';
import type { Outbox } from './outbox.js';
import type { ChannelSignal } from './verdict.js';

export type ChannelStop = { readonly code: string; readonly message: string };
export type ChannelPause = { readonly until: Date; readonly reason: string };

/** However often it opens, it tries again within the hour. */
const pauseMsMax = 3_600_000;
const throttleMsDefault = 10_000;

type SharedChannel = Pick<Outbox, 'pause' | 'closeProbe' | 'reopen' | 'stop'>;
type ChannelSettings = Pick<PushSettings, 'disjoncteur'>;

export class Channel {
  #stop: ChannelStop | undefined;
  #pause: ChannelPause | undefined;
  #failures = 0;
  #openings = 0;
  #isProbing = false;
  readonly #outbox: SharedChannel;
  readonly #clock: Clock;
  readonly #settings: ChannelSettings;

  constructor(outbox: SharedChannel, clock: Clock, settings: ChannelSettings) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#settings = settings;
  }

  get stop(): ChannelStop | undefined {
    return this.#stop;
  }

  get isProbing(): boolean {
    return this.#isProbing;
  }

  /** Nothing may leave now. */
  get isClosed(): boolean {
    return this.#stop !== undefined || this.pause !== undefined;
  }

  get pause(): ChannelPause | undefined {
    if (this.#pause && this.#pause.until <= this.#clock.now()) this.#pause = undefined;
    return this.#pause;
  }

  /** A pause that another pusher asked for. */
  adopt(pause: ChannelPause): void {
    if (!this.#pause || this.#pause.until < pause.until) this.#pause = pause;
  }

  /** The next request is the only one, to see whether the API is back. */
  startProbe(openingCount: number): void {
    this.#isProbing = true;
    this.#openings = openingCount;
  }

  /** Ends a probe that was not made. */
  async abandonProbe(): Promise<void> {
    if (!this.#isProbing) return;
    this.#isProbing = false;
    await this.#outbox.closeProbe(this.#clock.now());
  }

  /** Takes note of an answer; what it pauses or stops is shared at once. */
  async note(signal: ChannelSignal): Promise<void> {
    switch (signal.kind) {
      case 'answered':
        return this.#onAnswered();
      case 'stopped':
        return this.#onStopped(signal);
      case 'throttled':
        return this.#onThrottled(signal.retryAfterMs, signal.message);
      case 'unavailable':
        return this.#onUnavailable(signal.message);
    }
  }

  async #onAnswered(): Promise<void> {
    this.#failures = 0;
    // It left before the pause was asked for: it does not end it.
    if (this.pause) return;
    if (!this.#isProbing && this.#openings === 0 && !this.#mayHaveStopped) return;
    this.#isProbing = false;
    this.#openings = 0;
    this.#mayHaveStopped = false;
    await this.#outbox.reopen();
  }

  // An earlier run may have left the row stopped: the first answer clears it.
  #mayHaveStopped = true;

  async #onStopped({ code, message }: ChannelStop): Promise<void> {
    if (this.#stop) return;
    this.#stop = { code, message };
    await this.#outbox.stop(this.#clock.now(), code, message);
  }

  async #onThrottled(retryAfterMs: number | undefined, message: string): Promise<void> {
    const waitMs = Math.min(retryAfterMs ?? throttleMsDefault, pauseMsMax);
    await this.#close(waitMs, `L’Annuaire demande de ralentir : ${message}`, false);
  }

  async #onUnavailable(message: string): Promise<void> {
    this.#failures += 1;
    const { echecsMax, pauseMs } = this.#settings.disjoncteur;
    if (!this.#isProbing && this.#failures < echecsMax) return;
    // The other requests that were in flight tell nothing new.
    if (this.pause) return;
    const waitMs = Math.min(pauseMsMax, pauseMs * 2 ** Math.min(20, this.#openings));
    this.#openings += 1;
    const reason = `Disjoncteur ouvert : l’Annuaire ne répond plus (${message}).`;
    await this.#close(waitMs, reason, true);
  }

  async #close(waitMs: number, reason: string, isBreaker: boolean): Promise<void> {
    const until = new Date(this.#clock.now().getTime() + waitMs);
    const isProbe = this.#isProbing;
    this.#isProbing = false;
    if (!this.#pause || this.#pause.until < until) this.#pause = { until, reason };
    // The pause that covered the probe was as long as a lease: it is replaced, not prolonged.
    if (isProbe) await this.#outbox.closeProbe(until);
    await this.#outbox.pause({ until, reason, isBreaker });
  }
}
