// Who a connection speaks for, and what that allows.
import { parseDn } from '../dn/dn.js';
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
  readonly #normaliseDn: (text: string) => string | undefined;
  readonly #rates = new RateLimits();
  readonly #byName = new Map<string, Account>();
  readonly #byDn = new Map<string, Account>();
  readonly #bySubject = new Map<string, Account>();

  /** @param normaliseDn by the rules of the schema; undefined when the text is no DN */
  constructor(settings: AccessSettings, normaliseDn: (text: string) => string | undefined) {
    this.settings = settings;
    this.#normaliseDn = normaliseDn;
    for (const account of settings.accounts) {
      this.#byName.set(account.name.toLowerCase(), account);
      this.#addByDn(this.#byDn, account.dn, account);
      this.#addByDn(this.#bySubject, account.certificateSubject, account);
    }
  }

  anonymous(address: string): Identity {
    const allowance = this.settings.anonymous;
    const bucket = this.#bucket(`a ${address}`, allowance);
    return { account: undefined, allowance, bucket };
  }

  ofAccount(account: Account): Identity {
    const { allowance } = account;
    return { account, allowance, bucket: this.#bucket(`c ${account.name}`, allowance) };
  }

  /**
   * The account that the name of a simple bind stands for. `invalidDn` is for what was meant as a DN and is none;
   * another unknown name is no fault of syntax, or the answer would tell which names exist.
   */
  find(name: string): Account | 'invalidDn' | undefined {
    const byName = this.#byName.get(name.trim().toLowerCase());
    if (byName) return byName;
    if (!name.includes('=')) return undefined;
    const dn = parseDn(name) && this.#normaliseDn(name);
    return dn === undefined ? 'invalidDn' : this.#byDn.get(dn);
  }

  /** @param subject of a verified client certificate, RFC 4514 */
  findBySubject(subject: string): Account | undefined {
    const dn = this.#normaliseDn(subject);
    return dn === undefined ? undefined : this.#bySubject.get(dn);
  }

  #bucket(name: string, allowance: Allowance | undefined): TokenBucket {
    return this.#rates.bucketOf(name, allowance?.searchesPerSecond ?? 0, performance.now());
  }

  #addByDn(map: Map<string, Account>, dn: string | undefined, account: Account): void {
    const normalised = dn === undefined ? undefined : this.#normaliseDn(dn);
    if (normalised !== undefined) map.set(normalised, account);
  }
}
