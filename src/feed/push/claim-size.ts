// How many porteurs to claim at once: about what leaves in two seconds, so that a killed pusher leaves little behind and
// each of several has its share, whether it is a rate that bounds the pace or what the API and the machine can do.
import type { PushSettings } from '../feed-settings.js';

const aheadSeconds = 2;
/** Without a rate, requests of each place in the first claim; the next ones are as large as the pace allows. */
const firstRounds = 4;

export class ClaimSize {
  #size: number;
  /** When a claim last found as many porteurs as it asked for. */
  #filledAt: Date | undefined;
  readonly #min: number;
  readonly #max: number;
  readonly #isAdapted: boolean;

  constructor({ appelsParSeconde, simultanesMax }: PushSettings, max: number) {
    this.#min = Math.min(max, simultanesMax * 2);
    this.#max = max;
    this.#isAdapted = appelsParSeconde === 0;
    const wanted = this.#isAdapted
      ? simultanesMax * firstRounds
      : Math.ceil(appelsParSeconde * aheadSeconds);
    this.#size = Math.min(max, Math.max(this.#min, wanted));
  }

  /** Of the claim to be made now: most of the one before has left. */
  next(now: Date): number {
    if (this.#isAdapted && this.#filledAt) {
      const seconds = (now.getTime() - this.#filledAt.getTime()) / 1_000;
      const wanted = Math.round((this.#size * aheadSeconds) / Math.max(0.001, seconds));
      this.#size = Math.min(this.#max, Math.max(this.#min, Math.min(wanted, this.#size * 2)));
    }
    this.#filledAt = undefined;
    return this.#size;
  }

  note(porteurs: number, now: Date): void {
    if (porteurs >= this.#size) this.#filledAt = now;
  }
}
