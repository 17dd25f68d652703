// The session of one request. The browser holds a token of 256 bits, the database its hash; anonymous visitors have no row.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Db } from '../../db/pool.js';
import {
  deleteSession,
  findSession,
  insertSession,
  setDonnee,
  takeDonnee,
  touchSession,
  type DonneesSession,
  type NomEspace,
  type SessionWeb,
} from '../../store/session-web.js';
import type { Poste } from './poste.js';

export type SessionsOptions = {
  readonly db: Db;
  readonly espace: NomEspace;
  /** Without a request, a session ends. */
  readonly inactiviteMs: number;
  /** Whatever is done with it, a session ends. */
  readonly dureeMs: number;
  readonly now: () => Date;
};

const tokenShape = /^[A-Za-z0-9_-]{43}$/u;

/** How stale `vue_le` may be: one write a minute, not one a request. */
const touchEveryMs = 60_000;

export class Session {
  readonly #options: SessionsOptions;
  readonly #poste: Poste;
  #token: string;
  #row: SessionWeb | undefined;
  /** What the answer tells the browser: undefined, nothing. */
  #cookie: string | undefined;

  private constructor(
    options: SessionsOptions,
    poste: Poste,
    token: string,
    row: SessionWeb | undefined,
    cookie: string | undefined,
  ) {
    this.#options = options;
    this.#poste = poste;
    this.#token = token;
    this.#row = row;
    this.#cookie = cookie;
  }

  /** `token`: what the browser sent; anything that is not one of ours gets a new one. */
  static async open(
    options: SessionsOptions,
    poste: Poste,
    token: string | undefined,
  ): Promise<Session> {
    if (token === undefined || !tokenShape.test(token)) {
      const made = makeToken();
      return new Session(options, poste, made, undefined, made);
    }
    const now = options.now();
    const row = await findSession(options.db, options.espace, hashOf(token), {
      now,
      inactiveDepuis: new Date(now.getTime() - options.inactiviteMs),
    });
    if (row && now.getTime() - row.vueLe.getTime() > touchEveryMs) {
      await touchSession(options.db, row.empreinte, now);
    }
    return new Session(options, poste, token, row, undefined);
  }

  /** Undefined: nobody signed in. */
  get titulaire(): string | undefined {
    return this.#row?.titulaire;
  }

  get donnees(): DonneesSession {
    return this.#row?.donnees ?? {};
  }

  get empreinte(): Buffer {
    return hashOf(this.#token);
  }

  /** To be sent with every form: what no other site can know. */
  get jetonCsrf(): string {
    return createHmac('sha256', this.#token).update('csrf').digest('base64url');
  }

  isJetonCsrf(given: unknown): boolean {
    if (typeof given !== 'string') return false;
    const [a, b] = [Buffer.from(given), Buffer.from(this.jetonCsrf)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  /** The new token for the browser, once. */
  takeCookie(): string | undefined {
    const cookie = this.#cookie;
    this.#cookie = undefined;
    return cookie;
  }

  /** Keeps a value for the requests to come; makes the row when there is none yet. */
  async set(cle: string, valeur: unknown): Promise<void> {
    if (this.#row) {
      await setDonnee(this.#options.db, this.#row.empreinte, cle, valeur);
      this.#row = { ...this.#row, donnees: { ...this.#row.donnees, [cle]: valeur } };
    } else {
      // Never under a token that the browser brought without our knowing it.
      await this.#insert(undefined, { [cle]: valeur });
    }
  }

  /** Takes a value out: of two requests at once, one gets it. */
  async take(cle: string): Promise<unknown> {
    if (!this.#row || !(cle in this.#row.donnees)) return undefined;
    return takeDonnee(this.#options.db, this.#row.empreinte, cle);
  }

  /** Somebody signs in, or his rights change: a new token, the old one opens nothing any more. */
  async renew(titulaire: string, donnees: DonneesSession): Promise<void> {
    if (this.#row) await deleteSession(this.#options.db, this.#row.empreinte);
    await this.#insert(titulaire, donnees);
  }

  async close(): Promise<void> {
    if (this.#row) await deleteSession(this.#options.db, this.#row.empreinte);
    this.#row = undefined;
    this.#token = makeToken();
    this.#cookie = this.#token;
  }

  async #insert(titulaire: string | undefined, donnees: DonneesSession): Promise<void> {
    const { db, espace, dureeMs, now } = this.#options;
    const at = now();
    const token = makeToken();
    const row: SessionWeb = {
      empreinte: hashOf(token),
      espace,
      titulaire,
      donnees,
      posteAdresse: this.#poste.adresse,
      posteAgent: this.#poste.agent,
      creeLe: at,
      vueLe: at,
      expireLe: new Date(at.getTime() + dureeMs),
    };
    await insertSession(db, row);
    this.#token = token;
    this.#cookie = token;
    this.#row = row;
  }
}

function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
