// Hashes of passwords, made and verified without letting attempts use up the machine.
import { hash, verify } from '@node-rs/argon2';
import { normaliserMotDePasse } from '../../domain/mot-de-passe.js';

/**
 * Argon2id, 19 MiB, 2 passes, 1 lane: the first of the equivalent sets of the OWASP Password Storage Cheat Sheet
 * (« minimum configuration of 19 MiB of memory, an iteration count of 2, and 1 degree of parallelism »). The package
 * hashes with Argon2id unless told otherwise.
 */
const parametres = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

/** At once: 38 MiB and two of the four threads that files and DNS need too. */
const enCoursMax = 2;
/** Some 30 ms each: whoever waits longer than a second is better told so. */
const enAttenteMax = 32;

/** Too many are waiting: nothing was verified. */
export class TropDeVerifications extends Error {
  constructor() {
    super('too many passwords are being verified');
    this.name = 'TropDeVerifications';
  }
}

export class MotsDePasse {
  readonly #attente: (() => void)[] = [];
  #enCours = 0;
  #leurre: Promise<string> | undefined;

  /** The PHC string of a password. Throws TropDeVerifications. */
  hash(motDePasse: string): Promise<string> {
    return this.#inTurn(() => hash(normaliserMotDePasse(motDePasse), parametres));
  }

  /**
   * Whether the password is the account's; without an account (or a password), no, after the same work.
   * Throws TropDeVerifications.
   */
  async verify(empreinte: string | undefined, motDePasse: string): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#leurre ??= hash('no account has this', parametres);
      const estJuste = await verify(
        empreinte ?? (await this.#leurre),
        normaliserMotDePasse(motDePasse),
      );
      return estJuste && empreinte !== undefined;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#enCours >= enCoursMax) {
      if (this.#attente.length >= enAttenteMax) throw new TropDeVerifications();
      // Whoever leaves hands his place over: nobody else can take it meanwhile.
      await new Promise<void>((resolve) => this.#attente.push(resolve));
    } else {
      this.#enCours += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#attente.shift();
      if (next) next();
      else this.#enCours -= 1;
    }
  }
}
