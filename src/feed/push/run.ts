// One run of the pusher: what it holds, what it sends, what it writes down.
import { AppError } from '../../errors.js';
import { persist } from './persist.js';
import type { Claim, ClaimedOperation } from '../../store/feed-outbox.js';
import type { Settlement } from '../../store/feed-settle.js';
import type { FeedClient } from '../feed-client.js';
import type { PushSettings } from '../feed-settings.js';
import { Channel } from './channel.js';
import { chooseChains, unitsOf, type Unit } from './chain.js';
import { ClaimSize } from './claim-size.js';
import type { Clock } from './clock.js';
import { Leases } from './lease.js';
import type { Outbox } from './outbox.js';
import { createPace, type Pace } from './pace.js';
import { sendUnit, type Sent } from './send.js';
import { Settler } from './settler.js';
import { Tally } from './summary.js';

export type RunOptions = {
  readonly settings: PushSettings;
  /** Names this process among the pushers; unique. */
  readonly pusher: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Asks for an end: what is in flight is finished. */
  readonly signal: AbortSignal | undefined;
  /** Settled so far, answers that put off included or not. */
  readonly onProgress: (tally: Tally) => void;
  /** French, for the person who watches. */
  readonly onNotice: (message: string) => void;
};

/** Operations held at once: bounds the memory, and what a killed pusher leaves behind. */
const operationsMax = 512;
/** Operations of one porteur claimed at once. */
const chainMin = 16;

export class Run {
  readonly tally = new Tally();
  readonly channel: Channel;
  readonly settler: Settler;
  readonly #outbox: Outbox;
  readonly #client: FeedClient;
  readonly #options: RunOptions;
  readonly #leases: Leases;
  readonly #pace: Pace;
  readonly #claimSize: ClaimSize;
  readonly #cut: AbortSignal;
  readonly #unsent: ClaimedOperation[] = [];
  #fault: { readonly error: unknown } | undefined;
  #faultsUnderway = 0;
  #claimCount = 0;
  #changes = 0;
  #onChange: () => void = () => undefined;

  /** `cut`: ends what is in flight, when it takes too long after the end was asked for. */
  constructor(outbox: Outbox, client: FeedClient, options: RunOptions, cut: AbortSignal) {
    const { clock, settings } = options;
    this.#outbox = outbox;
    this.#client = client;
    this.#options = options;
    this.#cut = cut;
    this.channel = new Channel(outbox, clock, settings);
    this.#claimSize = new ClaimSize(settings, operationsMax);
    this.#leases = new Leases(outbox, clock, settings.bailMs);
    this.#pace = createPace(
      settings.appelsParSeconde,
      (count, intervalMs) => this.#persist(() => outbox.reserveCalls(count, intervalMs)),
      clock,
    );
    this.settler = new Settler(
      (settlements) => this.#write(settlements),
      () => this.#changed(),
    );
  }

  get isEnding(): boolean {
    return (
      this.#fault !== undefined ||
      this.channel.stop !== undefined ||
      this.#options.signal?.aborted === true
    );
  }

  /** The database does not take what has to be written: nothing leaves until it does. */
  get isHampered(): boolean {
    return this.#faultsUnderway > 0;
  }

  /** How often something was settled: a claim made before may find more. */
  get changes(): number {
    return this.#changes;
  }

  nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }

  async claim(): Promise<Claim> {
    const { clock, settings, pusher } = this.#options;
    await this.releaseUnsent();
    const claim = `${pusher}#${(this.#claimCount += 1)}`;
    const now = clock.now();
    const leaseUntil = new Date(now.getTime() + settings.bailMs);
    const result = await this.#persist(() =>
      this.#outbox.claim({
        claim,
        now,
        leaseUntil,
        porteursMax: this.#claimSize.next(now),
        chainMax: Math.max(chainMin, settings.balsParAppelMax),
        attemptsMax: settings.tentativesMax,
        choose: (candidates, isFree) => chooseChains(candidates, isFree, operationsMax),
      }),
    );
    if (result.kind === 'claimed') {
      const porteurs = new Set(result.operations.map(({ porteurCle }) => porteurCle));
      this.#claimSize.note(porteurs.size, now);
      this.tally.takenOverCount += result.takenOverCount;
      this.tally.deadCount += result.impossibleCount;
      this.#leases.add(result.operations, leaseUntil);
      await this.#keepClaimed(result.operations, now);
      if (result.isProbe) this.channel.startProbe(result.openingCount);
    }
    return result;
  }

  /** A claim that took long, on a database under load, has eaten the lease that its operations need to leave. */
  async #keepClaimed(operations: readonly ClaimedOperation[], claimedAt: Date): Promise<void> {
    const { clock, settings } = this.#options;
    const elapsedMs = clock.now().getTime() - claimedAt.getTime();
    if (operations.length === 0 || elapsedMs < settings.bailMs / 3) return;
    if (elapsedMs < settings.bailMs) return this.renewLeases();
    this.fail(
      new AppError(
        'BAIL_TROP_COURT',
        `La base de données a mis ${Math.round(elapsedMs / 1_000)} secondes à donner des opérations, plus que ` +
          '« alimentation.bailSecondes » : rien n’est parti. Allongez ce réglage, ou cherchez ce qui ralentit la base.',
      ),
    );
  }

  /** Sends the operations of one porteur, in order; the first that has to be sent again ends it. */
  async sendChain(chain: readonly ClaimedOperation[]): Promise<void> {
    const left = [...chain];
    try {
      for (const unit of unitsOf(chain, this.#options.settings.balsParAppelMax)) {
        if (!(await this.#sendUnit(unit, left))) break;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#unsent.push(...left);
      void this.settler.whenWritten().then(() => this.#changed());
    }
  }

  /** What stopped everything; thrown at the end. */
  fail(error: unknown): void {
    this.#fault ??= { error };
  }

  async renewLeases(): Promise<void> {
    await this.#persist(() => this.#leases.renew()).catch((error: unknown) => this.fail(error));
  }

  /** Gives back what was claimed and did not leave. */
  async releaseUnsent(): Promise<void> {
    while (this.#unsent.length > 0) {
      const operations = this.#unsent.splice(0, operationsMax);
      await this.#persist(() => this.#outbox.release(operations, this.#options.clock.now()));
      this.#leases.drop(operations);
    }
  }

  /** Everything is written, or what kept it from being is thrown. */
  async finish(): Promise<void> {
    if (this.#fault?.error instanceof AppError) await this.releaseUnsent();
    if (this.#fault) throw this.#fault.error;
    await this.settler.drain();
    await this.releaseUnsent();
    await this.#persist(() => this.channel.abandonProbe());
  }

  /** False when the chain may not go on; `left` loses what was sent. */
  async #sendUnit(unit: Unit, left: ClaimedOperation[]): Promise<boolean> {
    if (!this.#mayLeave(unit)) return false;
    await this.#pace.take(this.#options.signal);
    // The wait may have been long.
    if (!this.#mayLeave(unit)) return false;
    const isProbe = this.channel.isProbing;
    const sent = await sendUnit(unit, { ...this.#sendTools(), isProbe });
    this.tally.callCount += sent.callCount;
    if (sent.kind === 'settled') return this.#conclude(unit, sent, left);
    for (const piece of sent.pieces) {
      if (!(await this.#sendUnit(piece, left))) return false;
    }
    return true;
  }

  #sendTools(): Omit<Parameters<typeof sendUnit>[1], 'isProbe'> {
    const { clock, random, settings } = this.#options;
    return { client: this.#client, clock, random, settings, pace: this.#pace, signal: this.#cut };
  }

  async #conclude(
    unit: Unit,
    { settlements, signal }: Extract<Sent, { kind: 'settled' }>,
    left: ClaimedOperation[],
  ): Promise<boolean> {
    for (const claimed of unit) left.splice(left.indexOf(claimed), 1);
    unit.forEach((claimed, index) => {
      const settlement = settlements[index];
      if (settlement) this.tally.count(claimed, settlement);
    });
    this.settler.add(settlements);
    this.#options.onProgress(this.tally);
    if (!this.#cut.aborted) await this.#persist(() => this.channel.note(signal));
    return settlements.every(({ state }) => state !== 'retry' && state !== 'approved');
  }

  #mayLeave(unit: Unit): boolean {
    return (
      !this.isEnding &&
      !this.channel.isClosed &&
      this.#faultsUnderway === 0 &&
      unit.every((claimed) => this.#leases.isHeld(claimed))
    );
  }

  async #write(settlements: readonly Settlement[]): Promise<void> {
    const { clock, pusher } = this.#options;
    await this.#persist((isRepeated) =>
      this.#outbox.settle(settlements, { pusher, now: clock.now(), isRepeated }).then((settled) => {
        // Of a batch written twice, the first may have counted: nothing can be said of the difference.
        if (!isRepeated) this.tally.lostCount += settlements.length - settled.length;
        return settled;
      }),
    ).catch((error: unknown) => {
      this.fail(error);
      throw error;
    });
    this.#leases.drop(settlements);
  }

  #persist<T>(work: (isRepeated: boolean) => Promise<T>): Promise<T> {
    const { clock, settings, onNotice } = this.#options;
    let isDown = false;
    const up = (): void => {
      if (isDown) this.#faultsUnderway -= 1;
      isDown = false;
    };
    return persist(
      {
        clock,
        patienceMs: settings.bailMs / 2,
        onFault: (error) => {
          isDown = true;
          this.#faultsUnderway += 1;
          onNotice(
            `La base de données ne répond plus (${error instanceof Error ? error.message : String(error)}) : plus rien n’est envoyé tant qu’elle n’est pas revenue.`,
          );
        },
        onRecovered: () => onNotice('La base de données répond de nouveau.'),
      },
      work,
    ).finally(up);
  }

  #changed(): void {
    this.#changes += 1;
    this.#onChange();
  }
}
