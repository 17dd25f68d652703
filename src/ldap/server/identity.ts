// Who a connection speaks for, and what that allows.
import { readAccountDn } from './account-dn.js';
import { RateLimits, type TokenBucket } from './rate-limits.js';
import type { AccessSettings, Account, Allowance } from './server-settings.js';

export type Identity = {
  /** Undefined: anonymous. */
  readonly account: Account | undefined;
  /** Undefined: may search nothing but the root DSE and the schema. */
  readonly allowance: Allowance | undefined;
  readonly bucket: TokenBucket;
};

/** Anybody may send the smaller one, and has that much memory set aside for it. */
export function messageBytesMax({ account }: Identity): number {
  return account ? 1024 ** 2 : 256 * 1024;
}

export class Identities {
  readonly settings: AccessSettings;
  readonly #rates = new RateLimits();
  readonly #byName = new Map<string, Account>();
  readonly #byDn = new Map<string, Account>();
  readonly #bySubject = new Map<string, Account>();

  constructor(settings: AccessSettings) {
    this.settings = settings;
    for (const account of settings.accounts) {
      this.#byName.set(account.name.toLowerCase(), account);
      addByDn(this.#byDn, account.dn, account);
      addByDn(this.#bySubject, account.certificateSubject, account);
    }
  }

  anonymous(address: string): Identity {
    const { anonymous: allowance, discoveriesPerSecond } = this.settings;
    const perSecond = allowance?.searchesPerSecond ?? discoveriesPerSecond;
    const bucket = this.#bucket(`a ${address}`, perSecond);
    return { account: undefined, allowance, bucket };
  }

  ofAccount(account: Account): Identity {
    const { allowance } = account;
    const bucket = this.#bucket(`c ${account.name}`, allowance.searchesPerSecond);
    return { account, allowance, bucket };
  }

  /**
   * The account that the name of a simple bind stands for. `invalidDn` is for what was meant as a DN and is none;
   * another unknown name is no fault of syntax, or the answer would tell which names exist.
   */
  find(name: string): Account | 'invalidDn' | undefined {
    const byName = this.#byName.get(name.trim().toLowerCase());
    if (byName) return byName;
    if (!name.includes('=')) return undefined;
    const dn = readAccountDn(name);
    return dn.kind === 'dn' ? this.#byDn.get(dn.normalised) : 'invalidDn';
  }

  /** @param subject of a verified client certificate, normalised: see `subjectOf` */
  findBySubject(subject: string): Account | undefined {
    return this.#bySubject.get(subject);
  }

  #bucket(name: string, perSecond: number): TokenBucket {
    return this.#rates.bucketOf(name, perSecond, performance.now());
  }
}

function addByDn(map: Map<string, Account>, text: string | undefined, account: Account): void {
  const dn = text === undefined ? undefined : readAccountDn(text);
  if (dn?.kind === 'dn') map.set(dn.normalised, account);
}
