// Whether a password is the account's, in a time that tells nothing, and without letting guesses use up the machine.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { impossibleHash, verifyPassword, type PasswordHash } from './password-hash.js';
import type { Account } from './server-settings.js';

/** Verifications at once: the thread pool has four threads, and DNS and files need one too. */
const runningMax = 3;
const waitingMax = 64;
/** An LPS that binds for every search does not pay scrypt each time. */
const rememberedMs = 5 * 60_000;

/** A simple bind, and the account that its name stands for, if any. */
export type Attempt = {
  readonly name: string;
  readonly account: Account | undefined;
  readonly password: Buffer;
};

type Remembered = { readonly mac: Buffer; readonly untilMs: number };

export class PasswordVerifier {
  readonly #dummy: PasswordHash;
  /** Of this process alone: what is remembered is of no use outside of it. */
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, Remembered>();
  /** Verdicts to come: what an LPS sends on twenty connections at once is verified once. */
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(accounts: readonly Account[]) {
    this.#dummy = impossibleHash(accounts.find(({ passwordHash }) => passwordHash)?.passwordHash);
  }

  /** True when another verification would have to wait for too many. */
  get isBusy(): boolean {
    return this.#waiting.length >= waitingMax;
  }

  /** True when it takes no verification of its own: the account bound so before, or somebody is about to. */
  isCheap(attempt: Attempt, nowMs: number): boolean {
    return this.#isRemembered(attempt, nowMs) || this.#underWay.has(this.#keyOf(attempt));
  }

  async verify(attempt: Attempt, nowMs: number): Promise<boolean> {
    if (this.#isRemembered(attempt, nowMs)) return true;
    const key = this.#keyOf(attempt);
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const verdict = this.#verifyAnew(attempt, nowMs).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, verdict);
    return verdict;
  }

  async #verifyAnew({ account, password }: Attempt, nowMs: number): Promise<boolean> {
    await this.#enter();
    try {
      const isRight = await verifyPassword(password, account?.passwordHash ?? this.#dummy);
      if (!isRight || !account?.passwordHash) return false;
      const mac = this.#macOf(password);
      this.#remembered.set(account.name, { mac, untilMs: nowMs + rememberedMs });
      return true;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #isRemembered({ account, password }: Attempt, nowMs: number): boolean {
    const known = account && this.#remembered.get(account.name);
    if (!known || known.untilMs <= nowMs) return false;
    return timingSafeEqual(known.mac, this.#macOf(password));
  }

  /** By the name as given: the same for those that stand for an account and those that do not. */
  #keyOf({ name, password }: Attempt): string {
    return `${this.#macOf(password).toString('base64')} ${name}`;
  }

  #macOf(password: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(password).digest();
  }

  async #enter(): Promise<void> {
    if (this.#running >= runningMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }
}
