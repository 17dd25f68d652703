// The mirror's server: listeners, the connections that they accept, and what all of them share.
import type { Socket } from 'node:net';
import type { Consulter } from '../../domain/consultation.js';
import { ByteWriter } from '../ber/writer.js';
import type { Directory, StaticEntry } from '../directory/directory.js';
import { resultCode } from '../protocol/result-code.js';
import { writeNoticeOfDisconnection } from '../protocol/response.js';
import { SortedLists } from '../search/sorted-lists.js';
import type { Snapshot } from '../snapshot/segment.js';
import { BindFailures } from './bind-failures.js';
import type { ConnectionHost, Served } from './connection-host.js';
import { Connection } from './connection.js';
import { ServerCounters } from './counters.js';
import { Identities } from './identity.js';
import { Listener } from './listener.js';
import { MemoryBudget } from './memory-budget.js';
import { PasswordVerifier } from './password-verifier.js';
import { parseRanges } from './peer-address.js';
import { Scheduler } from './scheduler.js';
import type { ConnectionLimits, LdapServerSettings, ListenerSettings } from './server-settings.js';
import { TlsTerminator } from './tls-terminator.js';

export type ListeningPlace = ListenerSettings & { readonly port: number };

/** Faults that the log tells for each of its minutes: what goes wrong once may go wrong a thousand times. */
const faultsToldMax = 10;

const mib = 1024 * 1024;
/** A dozen lists of a whole country. */
const sortedListLimits = { listsMax: 100, bytesMax: 32 * mib, idleMs: 5 * 60_000 };

export class LdapServer implements ConnectionHost {
  readonly limits: ConnectionLimits;
  readonly identities: Identities;
  readonly passwords: PasswordVerifier;
  readonly bindFailures = new BindFailures();
  readonly tls: TlsTerminator | undefined;
  readonly counters = new ServerCounters();
  readonly writer = new ByteWriter();
  readonly scheduler = new Scheduler();
  readonly sortedLists = new SortedLists(sortedListLimits);
  readonly searchMemory: MemoryBudget;
  readonly bufferMemory: MemoryBudget;
  served: Served;
  readonly consulter: Consulter | undefined;
  nowMs = performance.now();
  readonly #listeners: readonly Listener[];
  readonly #connections = new Set<Connection>();
  readonly #countByAddress = new Map<string, number>();
  readonly #report: (message: string) => void;
  #lastNumber = 0;
  #sweep: NodeJS.Timeout | undefined;
  #faultsTold = { count: 0, sinceMs: 0 };

  /**
   * @param report French, for the administrator
   * @throws UsageError when the certificate cannot be used
   */
  constructor(
    settings: LdapServerSettings,
    content: { readonly directory: Directory; readonly rootDse: StaticEntry },
    report: (message: string) => void,
    consulter?: Consulter,
  ) {
    const { limits, access, proxy, tls } = settings;
    this.limits = limits;
    this.searchMemory = new MemoryBudget(limits.searchBytesMax);
    this.bufferMemory = new MemoryBudget(limits.bufferBytesMax);
    this.identities = new Identities(access);
    this.passwords = new PasswordVerifier(access.accounts);
    this.tls = tls && new TlsTerminator(tls, limits.firstMessageMs);
    this.served = { ...content, snapshot: undefined };
    this.#report = report;
    this.consulter = consulter;
    const options = {
      trusted: proxy && parseRanges(proxy.trusted),
      headerTimeoutMs: limits.firstMessageMs,
      waitingMax: limits.connectionsMax,
    };
    this.#listeners = settings.listeners.map(
      (listener) => new Listener(listener, options, this.#accept),
    );
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Listens everywhere or nowhere. */
  async start(): Promise<readonly ListeningPlace[]> {
    const places: ListeningPlace[] = [];
    try {
      for (const listener of this.#listeners) {
        places.push({ ...listener.settings, port: await listener.listen() });
      }
    } catch (error) {
      this.#closeListeners();
      throw error;
    }
    this.#sweep = setInterval(this.#checkDeadlines, sweepMs(this.limits));
    return places;
  }

  /** What searches see from now on; those in flight end on what they began with. */
  serve(snapshot: Snapshot): void {
    this.served = { ...this.served, snapshot };
    // What they are of is freed with them.
    this.sortedLists.sweep(snapshot, performance.now());
  }

  /** Stops accepting, lets what is being answered end within `graceMs`, tells the others goodbye. */
  async stop(graceMs: number): Promise<void> {
    this.#closeListeners();
    this.#dismissIdle();
    const endMs = performance.now() + graceMs;
    while (this.#connections.size > 0 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.nowMs = performance.now();
      this.#dismissIdle();
    }
    for (const connection of this.#connections) connection.destroy();
    clearInterval(this.#sweep);
  }

  /** Stops accepting; serves those that are connected until they leave, or `signal` is aborted. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#closeListeners();
    while (this.#connections.size > 0 && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
    const count = (this.#countByAddress.get(connection.address) ?? 1) - 1;
    if (count <= 0) this.#countByAddress.delete(connection.address);
    else this.#countByAddress.set(connection.address, count);
  }

  /** Those that keep most waiting, the newest first among equals: a flood ends itself, the others go on. */
  relieve(): void {
    for (const connection of this.#connections) connection.countHeld();
    while (this.bufferMemory.isExceeded) {
      let largest: Connection | undefined;
      for (const connection of this.#connections) {
        if (connection.held.bytes >= (largest?.held.bytes ?? 1)) largest = connection;
      }
      if (!largest) return;
      largest.shed();
    }
  }

  reportFault(connection: Connection, error: unknown): void {
    if (this.nowMs - this.#faultsTold.sinceMs > 60_000) {
      this.#faultsTold = { count: 0, sinceMs: this.nowMs };
    }
    this.#faultsTold.count += 1;
    this.counters.faults += 1;
    if (this.#faultsTold.count > faultsToldMax) return;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#report(
      `Erreur inattendue sur la connexion ${connection.number}, fermée ; les autres continuent. ` +
        `À signaler aux mainteneurs avec ce qui suit :\n${detail}`,
    );
  }

  readonly #accept = (socket: Socket, address: string, isLdaps: boolean): void => {
    const fromAddress = this.#countByAddress.get(address) ?? 0;
    const { connectionsMax, connectionsPerAddressMax } = this.limits;
    const isFull = this.#connections.size >= connectionsMax;
    if (isFull || fromAddress >= connectionsPerAddressMax) {
      if (isFull) this.counters.refused += 1;
      else this.counters.refusedAddress += 1;
      this.#turnAway(socket, isLdaps);
      return;
    }
    this.counters.accepted += 1;
    this.#countByAddress.set(address, fromAddress + 1);
    const connection = new Connection(this, socket, ++this.#lastNumber, address);
    this.#connections.add(connection);
    connection.start(isLdaps);
  };

  /** In clear there is a way to say why. */
  #turnAway(socket: Socket, isLdaps: boolean): void {
    socket.on('error', () => undefined);
    if (!isLdaps) {
      writeNoticeOfDisconnection(this.writer, resultCode.busy, 'too many connections');
      socket.write(this.writer.take());
    }
    socket.destroySoon();
  }

  readonly #checkDeadlines = (): void => {
    this.nowMs = performance.now();
    this.sortedLists.sweep(this.served.snapshot, this.nowMs);
    for (const connection of this.#connections) connection.checkDeadlines(this.nowMs);
  };

  #dismissIdle(): void {
    for (const connection of this.#connections) {
      if (connection.isIdle) connection.disconnect(resultCode.unavailable, 'server is stopping');
      else connection.checkDeadlines(this.nowMs);
    }
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close();
  }
}

/** Often enough for the shortest limit to mean what it says, to a quarter. */
function sweepMs({ firstMessageMs, idleMs, writeMs }: ConnectionLimits): number {
  return Math.max(20, Math.min(1_000, Math.min(firstMessageMs, idleMs, writeMs) / 4));
}
