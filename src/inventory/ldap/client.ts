// A directory read page by page (RFC 4511, RFC 2696). The only file that knows ldapjs, whose client is kept from what it does
// not bear: it waits for ever for a server that is silent, it throws on errors that come when nobody listens (a socket
// that breaks between two requests, a TLS handshake that fails after StartTLS), its own paging drops references and asks for
// the next page before the last one is used, and it asks servers to give up after ten seconds.
import type { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import ldapjs, { type Client, type SearchDone, type SearchEntry } from 'ldapjs';
import { AppError } from '../../errors.js';
import { tlsOptions } from '../../net/tls-context.js';
import { explainLdapFault, type EtapeLdap } from './faults.js';
import { FramingError, hideDn, LdapFramer, readDiagnostic } from './framing.js';

export type LdapSettings = {
  /** ldap:// or ldaps://, host and port. */
  readonly url: string;
  readonly startTls: boolean;
  /** Undefined for a connection that is never secured. */
  readonly tls: SecureContext | undefined;
  /** Undefined: anonymous. */
  readonly compte: { readonly dn: string; readonly motDePasse: string } | undefined;
  readonly base: string;
  readonly portee: 'sub' | 'one' | 'base';
  readonly filtre: string;
  readonly attributs: readonly string[];
  /** Entries of a page; 0: all at once. */
  readonly pagination: number;
  /** What to do when the server names another one for a part of the tree. */
  readonly renvois: 'refuser' | 'ignorer';
  readonly limites: {
    readonly connexionMs: number;
    /** Without anything received, while something is waited for. */
    readonly silenceMs: number;
    readonly totalMs: number;
    readonly entreesMax: number;
  };
};

export type EntreeLdap = {
  readonly dn: string;
  /** Name in lower case, without options, to values. */
  readonly attributs: ReadonlyMap<string, readonly string[]>;
};

/** Entries that wait for their reader before the socket is held back. */
const queueMax = 2_000;
/** A page of entries with a photograph each; a server has no reason to send more at once. */
const messageBytesMax = 16 * 1024 * 1024;

type Page = {
  readonly entries: EntreeLdap[];
  cookie: Buffer | undefined;
  isDone: boolean;
};

export class LdapSession {
  /** Parts of the tree that are elsewhere and were not followed. */
  renvoisIgnores = 0;
  readonly #settings: LdapSettings;
  readonly #client: Client;
  readonly #dns: string[] = [];
  readonly #deadline: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  #etape: EtapeLdap = 'connexion';
  /** Why nothing more will come; the first reason is the one to tell. */
  #failure: Error | undefined;
  /** Of the wait under way. */
  #reject: (error: unknown) => void = () => undefined;
  #wake: () => void = () => undefined;
  #entryCount = 0;
  /** With its last result. */
  #said = '';

  private constructor(settings: LdapSettings, signal: AbortSignal | undefined) {
    this.#settings = settings;
    this.#signal = signal;
    const tlsOptions = this.#tlsOptions();
    this.#client = ldapjs.createClient({
      url: [settings.url],
      reconnect: false,
      ...(tlsOptions && { tlsOptions }),
    });
    for (const event of ['error', 'connectError', 'setupError'])
      this.#client.on(event, (error: unknown) => this.#fail(error));
    for (const event of ['close', 'end'])
      this.#client.on(event, () => this.#fail(new LdapEnd('CONNEXION_COUPEE')));
    const { totalMs } = settings.limites;
    this.#deadline = setTimeout(() => this.#fail(new LdapEnd('DELAI_TOTAL')), totalMs);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Connects, secures the connection, authenticates. @throws AppError in French. */
  static async open(settings: LdapSettings, signal?: AbortSignal): Promise<LdapSession> {
    signal?.throwIfAborted();
    assertSearch(settings);
    const session = new LdapSession(settings, signal);
    try {
      await session.#connect();
      return session;
    } catch (error) {
      session.close();
      throw session.#explain(error);
    }
  }

  /** Every entry of the search, some at a time: the next page is asked for once this one is used. @throws AppError */
  async *entries(): AsyncGenerator<readonly EntreeLdap[]> {
    this.#etape = 'recherche';
    try {
      let cookie: Buffer | undefined = Buffer.alloc(0);
      // Servers may send pages of nothing (Active Directory does), yet not for ever.
      for (let emptyPages = 0; cookie !== undefined;) {
        const before = this.#entryCount;
        cookie = yield* this.#page(cookie);
        emptyPages = this.#entryCount === before ? emptyPages + 1 : 0;
        if (emptyPages > emptyPagesMax) throw new LdapEnd('PAGES_SANS_FIN');
      }
    } catch (error) {
      throw this.#explain(error);
    }
  }

  close(): void {
    clearTimeout(this.#deadline);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#client._socket?.on('error', () => undefined);
    this.#client.destroy();
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#signal?.reason);
  };

  async #connect(): Promise<void> {
    const { startTls, compte, limites } = this.#settings;
    await this.#wait((done) => this.#client.once('connect', () => done()), limites.connexionMs);
    this.#guardSocket();
    if (startTls) {
      this.#etape = 'startTls';
      await this.#wait((done) =>
        this.#client.starttls(this.#tlsOptions() ?? {}, [], (error) => {
          // ldapjs has taken every listener off the socket whose handshake failed.
          this.#client._socket?.on('error', () => undefined);
          done(error);
        }),
      );
      this.#guardSocket();
    }
    if (!compte) return;
    this.#etape = 'authentification';
    await this.#wait((done) => this.#client.bind(compte.dn, compte.motDePasse, done));
  }

  #tlsOptions(): ConnectionOptions | undefined {
    const { tls, url } = this.#settings;
    if (!tls) return undefined;
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    return { ...tlsOptions(tls), host, ...(isIP(host) === 0 && { servername: host }) };
  }

  /** Puts the framer between the socket and ldapjs. */
  #guardSocket(): void {
    const socket = this.#client._socket;
    const forward = socket?.listeners('data') ?? [];
    const framer = new LdapFramer(messageBytesMax);
    socket?.removeAllListeners('data');
    socket?.on('data', (chunk: Buffer) => {
      try {
        for (const message of framer.push(chunk)) {
          const entry = hideDn(message);
          if (entry) this.#dns.push(entry.dn);
          else this.#said = readDiagnostic(message) ?? this.#said;
          for (const listener of forward) listener.call(socket, entry?.message ?? message);
        }
      } catch (error) {
        this.#fail(error instanceof FramingError ? new LdapEnd('PAS_DU_LDAP', error) : error);
        socket.destroy();
      }
    });
  }

  async *#page(cookie: Buffer): AsyncGenerator<readonly EntreeLdap[], Buffer | undefined> {
    const page: Page = { entries: [], cookie: undefined, isDone: false };
    const { pagination } = this.#settings;
    const controls =
      pagination === 0
        ? []
        : [new ldapjs.PagedResultsControl({ value: { size: pagination, cookie } })];
    const result = await this.#wait<EventEmitter | undefined>((done) =>
      this.#client.search(this.#settings.base, this.#searchOptions(), controls, done),
    );
    if (result) this.#listen(result, page);
    for (;;) {
      if (page.entries.length > 0) {
        const batch = page.entries.splice(0);
        yield batch;
        this.#client._socket?.resume();
      } else if (page.isDone) return page.cookie;
      else await this.#wait((done) => (this.#wake = done));
    }
  }

  #searchOptions(): Parameters<Client['search']>[1] {
    const { portee, filtre, attributs, limites } = this.#settings;
    return {
      scope: portee,
      filter: filtre,
      attributes: attributs,
      sizeLimit: 0,
      // Seconds, for the server; ldapjs says ten when nothing is said.
      timeLimit: Math.ceil(limites.totalMs / 1_000),
    };
  }

  #listen(result: EventEmitter, page: Page): void {
    result.on('searchEntry', (entry: SearchEntry) => {
      page.entries.push(readEntry(this.#dns.shift() ?? '', entry));
      if (++this.#entryCount > this.#settings.limites.entreesMax)
        this.#fail(new LdapEnd('TROP_D_ENTREES'));
      if (page.entries.length >= queueMax) this.#client._socket?.pause();
      this.#wake();
    });
    result.on('searchReference', () => {
      if (this.#settings.renvois === 'refuser') this.#fail(new LdapEnd('RENVOI'));
      else this.renvoisIgnores++;
    });
    result.on('error', (error: unknown) => this.#fail(error));
    result.on('end', (done: SearchDone) => {
      page.cookie = cookieOf(done);
      page.isDone = true;
      this.#wake();
    });
  }

  /** What `act` gives, unless the session fails or the server is silent for too long meanwhile. */
  async #wait<T = void>(
    act: (done: (error?: Error | null, value?: T) => void) => void,
    silenceMs = this.#settings.limites.silenceMs,
  ): Promise<T | undefined> {
    const timer = setTimeout(() => this.#fail(new LdapEnd('SILENCE')), silenceMs);
    try {
      // Not a race with one promise that fails: it would keep a trace of every wait until the end.
      return await new Promise<T | undefined>((resolve, reject) => {
        this.#reject = reject;
        if (this.#failure) reject(this.#failure);
        else act((error, value) => (error ? reject(error) : resolve(value)));
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#reject(this.#failure);
  }

  #explain(error: unknown): unknown {
    if (error instanceof AppError || this.#signal?.aborted === true) return error;
    return explainLdapFault(error, this.#etape, this.#settings, this.#said);
  }
}

const emptyPagesMax = 1_000;

/** An end that the server did not tell. */
export class LdapEnd extends Error {
  readonly fin: FinLdap;

  constructor(fin: FinLdap, cause?: unknown) {
    super(fin, { cause });
    this.fin = fin;
  }
}

export type FinLdap =
  | 'CONNEXION_COUPEE'
  | 'DELAI_TOTAL'
  | 'SILENCE'
  | 'PAS_DU_LDAP'
  | 'PAGES_SANS_FIN'
  | 'TROP_D_ENTREES'
  | 'RENVOI';

/** ldapjs throws on these while it sends: told before anything is opened. */
function assertSearch({ filtre, base, compte }: LdapSettings): void {
  check('filtre', filtre, () => ldapjs.parseFilter(filtre));
  check('base', base, () => ldapjs.parseDN(base));
  // Active Directory takes « nom@domaine » and « DOMAINE\nom » as well.
  if (compte?.motDePasse === '')
    throw new AppError(
      'LDAP_REGLAGE',
      'Réglage « motDePasse » de la source LDAP : il est vide, ce que le serveur prendrait pour un accès anonyme.',
    );
}

function check(reglage: string, value: string, parse: () => unknown): void {
  try {
    parse();
  } catch (cause) {
    throw new AppError(
      'LDAP_REGLAGE',
      `Réglage « ${reglage} » de la source LDAP : « ${value} » n’est pas ${reglage === 'filtre' ? 'un filtre LDAP (RFC 4515)' : 'un nom d’entrée (DN)'}.`,
      { cause },
    );
  }
}

function readEntry(dn: string, { attributes }: SearchEntry): EntreeLdap {
  const attributs = new Map<string, readonly string[]>();
  for (const { type, values } of attributes) {
    const name = type.toLowerCase().replace(/;.*$/, '');
    attributs.set(name, [...(attributs.get(name) ?? []), ...values]);
  }
  return { dn, attributs };
}

const pagedResultsOid = '1.2.840.113556.1.4.319';

/** Undefined at the last page, and when the server does not page: everything came at once. */
function cookieOf({ controls }: SearchDone): Buffer | undefined {
  const value = controls.find(({ type }) => type === pagedResultsOid)?.value;
  if (typeof value !== 'object' || value === null || !('cookie' in value)) return undefined;
  const { cookie } = value;
  return Buffer.isBuffer(cookie) && cookie.length > 0 ? cookie : undefined;
}
