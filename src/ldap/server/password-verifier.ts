// Whether a password is the account's, in a time that tells nothing, and without letting guesses use up the machine.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { impossibleHash, verifyPassword, type PasswordHash } from './password-hash.js';
import type { Account } from './server-settings.js';

/** Verifications at once: the thread pool has four threads, and DNS and files need one too. */
const runningMax = 3;
const waitingMax = 64;
/** An LPS that binds for every search does not pay scrypt each time. */
const rememberedMs = 5 * 60_000;

type Remembered = { readonly mac: Buffer; readonly untilMs: number };

export class PasswordVerifier {
  readonly #dummy: PasswordHash;
  /** Of this process alone: what is remembered is of no use outside of it. */
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, Remembered>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(accounts: readonly Account[]) {
    this.#dummy = impossibleHash(accounts.find(({ passwordHash }) => passwordHash)?.passwordHash);
  }

  /** True when another verification would have to wait for too many. */
  get isBusy(): boolean {
    return this.#waiting.length >= waitingMax;
  }

  async verify(account: Account | undefined, password: Buffer, nowMs: number): Promise<boolean> {
    const mac = createHmac('sha256', this.#key).update(password).digest();
    if (account && this.#isRemembered(account, mac, nowMs)) return true;
    await this.#enter();
    try {
      const isRight = await verifyPassword(password, account?.passwordHash ?? this.#dummy);
      if (!isRight || !account?.passwordHash) return false;
      this.#remembered.set(account.name, { mac, untilMs: nowMs + rememberedMs });
      return true;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #isRemembered(account: Account, mac: Buffer, nowMs: number): boolean {
    const known = this.#remembered.get(account.name);
    return known !== undefined && known.untilMs > nowMs && timingSafeEqual(known.mac, mac);
  }

  async #enter(): Promise<void> {
    if (this.#running >= runningMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }
}
