// One client: what it sent and we have not handled, what we answered and it has not read, what it waits for.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ByteWriter } from '../ber/writer.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import { writeNoticeOfDisconnection } from '../protocol/response.js';
import type { ResultTag } from '../protocol/operation-tag.js';
import { PagedSearches } from '../search/paged-search.js';
import { answerResult } from './answers.js';
import type { ConnectionHost } from './connection-host.js';
import type { Identity } from './identity.js';
import { Holding } from './memory-budget.js';
import { findOverdue, type ConnectionState } from './overdue.js';
import { PendingOperations } from './pending-operation.js';
import { RequestIntake } from './request-intake.js';
import type { SlicedWork } from './scheduler.js';
import { Transport } from './transport.js';

/** Pages that wait to be asked for: two searches of a whole country. */
const pagingLimits = { listsMax: 8, bytesMax: 5 * 1024 ** 2, idleMs: 10 * 60_000 };

export class Connection implements SlicedWork {
  readonly host: ConnectionHost;
  readonly number: number;
  /** Of the client itself, as limits go by it. */
  readonly address: string;
  readonly operations: PendingOperations;
  identity: Identity;
  /** By requests not yet handled and answers not yet sent. */
  readonly held: Holding;
  readonly #transport: Transport;
  #state: ConnectionState = 'open';
  readonly #intake = new RequestIntake();
  #hasSpoken = false;
  #pages: PagedSearches | undefined;
  /** On the clock of the host, as everything in …AtMs here. */
  #activeAtMs: number;

  constructor(host: ConnectionHost, socket: Socket, number: number, address: string) {
    this.host = host;
    this.number = number;
    this.address = address;
    this.operations = new PendingOperations(host.searchMemory);
    this.identity = host.identities.anonymous(address);
    this.held = new Holding(host.bufferMemory);
    this.#transport = new Transport(host, socket, {
      onData: this.#onData,
      onUnblocked: this.#onUnblocked,
      onEnded: this.#onEnded,
      onClosed: this.#onClosed,
    });
    this.#activeAtMs = host.nowMs;
  }

  /** @param isLdaps TLS comes first */
  start(isLdaps: boolean): void {
    if (isLdaps) this.secure();
    else this.#transport.listen();
  }

  get writer(): ByteWriter {
    return this.#transport.writer;
  }

  get pages(): PagedSearches {
    return (this.#pages ??= new PagedSearches(pagingLimits, this.host.searchMemory));
  }

  get isBlocked(): boolean {
    return this.#transport.isBlocked;
  }

  /** Takes requests: nothing that is going on makes them wait. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isClosing(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  get isIdle(): boolean {
    return this.#state === 'open' && this.operations.size === 0 && !this.isBlocked;
  }

  /** The TLS layer, once there is one. */
  get secured(): TLSSocket | undefined {
    return this.#transport.secured;
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.isClosing) return;
    this.#intake.push(chunk);
    // What came before it waits for its turn: so does this.
    if (this.#intake.hasMore) this.#settle();
    else this.#workNow();
  };

  readonly #onUnblocked = (): void => {
    this.#activeAtMs = this.host.nowMs;
    if (this.#hasWork) this.host.scheduler.add(this);
    this.#settle();
  };

  /** It has gone, or will not be heard: what it asked for is of use to nobody. */
  readonly #onEnded = (): void => {
    if (!this.isClosing) this.unbind();
  };

  readonly #onClosed = (): void => {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#stopWork();
    this.countHeld();
    this.host.forget(this);
  };

  /** Messages alone: what is going on waits for its turn. */
  #workNow(): void {
    if (!this.host.scheduler.runOnArrival(this.#workUntil)) {
      this.#intake.postpone();
      this.#settle();
    }
    if (this.#hasWork) this.host.scheduler.add(this);
  }

  readonly #workUntil = (endMs: number, nowMs: number): void => this.#work(endMs, nowMs, false);

  /** A turn of the scheduler. */
  runSlice(deadlineMs: number): boolean {
    this.#work(deadlineMs, performance.now(), true);
    return this.#hasWork;
  }

  get #hasWork(): boolean {
    if (this.isClosing || this.isBlocked) return false;
    return this.operations.size > 0 || (this.#intake.hasMore && this.#state === 'open');
  }

  /** All that is answered in here leaves in one write (or in pieces of `pieceBytes`). */
  #work(deadlineMs: number, nowMs: number, isTurn: boolean): void {
    try {
      this.#intake.handle(this, deadlineMs, nowMs);
      if (isTurn) this.operations.advance(this, deadlineMs);
    } catch (error) {
      this.fail(error);
    }
    this.flush();
    this.#settle();
  }

  /** At the end of a turn: whether to read on, and what waits until the next. */
  #settle(): void {
    if (this.#state !== 'closed') {
      const takesMore = this.#state === 'open' && this.#intake.takesMore(this.isBlocked);
      this.#transport.setReading(this.#state === 'closing' || takesMore);
    }
    if (this.countHeld() && this.host.bufferMemory.isExceeded) this.host.relieve();
  }

  /** True when it is more than before. One that is closing is not waited for. */
  countHeld(): boolean {
    const { heldBytes } = this.#intake;
    return this.held.set(this.isClosing ? 0 : heldBytes + this.#transport.waitingBytes);
  }

  noteMessage(): void {
    this.#hasSpoken = true;
    this.#activeAtMs = this.host.nowMs;
  }

  answer(messageId: number, tag: ResultTag, code: ResultCode, message = ''): void {
    answerResult(this, messageId, tag, { code, message });
  }

  /** Gives the socket what was written; `isBlocked` tells whether it took it. */
  flush(): void {
    this.#transport.flush(this.host.nowMs);
  }

  /** Messages that follow wait until `resume`. */
  suspend(): void {
    if (this.#state === 'open') this.#state = 'busy';
  }

  /** To be called from outside of a turn; `answer` writes what the client was waiting for. */
  resume(answer: () => void): void {
    if (this.#state !== 'busy') return;
    this.#state = 'open';
    this.#activeAtMs = this.host.nowMs;
    try {
      answer();
    } catch (error) {
      this.fail(error);
    }
    this.#workNow();
  }

  /** Puts TLS on the connection; bytes that came already belong to the handshake. */
  secure(): void {
    const { tls } = this.host;
    if (!tls) {
      this.destroy();
      return;
    }
    this.flush();
    this.#state = 'busy';
    // A handshake has the time of a first message, whatever was said in clear.
    const hadSpoken = this.#hasSpoken;
    this.#hasSpoken = false;
    this.#activeAtMs = this.host.nowMs;
    this.#transport.secure(tls, this.#intake.takeRest(), () => {
      if (this.#state !== 'busy') return false;
      this.#state = 'open';
      this.#hasSpoken = hadSpoken;
      return true;
    });
  }

  /** Called by the host's sweep. */
  checkDeadlines(nowMs: number): void {
    const standing = {
      state: this.#state,
      silentMs: nowMs - this.#activeAtMs,
      blockedMs: this.#transport.blockedMs(nowMs),
      hasSpoken: this.#hasSpoken,
      isIdle: this.isIdle,
    };
    const overdue = findOverdue(standing, this.host.limits);
    if (overdue?.kind === 'cut') this.destroy();
    else if (overdue) this.disconnect(resultCode.unavailable, overdue.why);
  }

  /** Notice of Disconnection (RFC 4511 section 4.4.1) behind what was answered, then the end. */
  disconnect(code: ResultCode, message: string): void {
    if (this.isClosing) return;
    if (this.#state === 'busy' && !this.#hasSpoken) {
      // In a handshake: there is no way to say it.
      this.destroy();
      return;
    }
    this.#stopWork();
    writeNoticeOfDisconnection(this.writer, code, message);
    this.flush();
    this.#close();
  }

  /** The client said goodbye: nothing more is sent. */
  unbind(): void {
    this.flush();
    this.#stopWork();
    this.#close();
  }

  #close(): void {
    this.#state = 'closing';
    this.#activeAtMs = this.host.nowMs;
    this.#transport.end();
    this.#settle();
  }

  destroy(): void {
    this.#transport.destroy();
  }

  /** The host has no memory for what this connection keeps waiting. */
  shed(): void {
    const isHeard = this.#transport.waitingBytes === 0;
    if (isHeard) this.disconnect(resultCode.busy, 'too much is waiting, try again');
    // A notice would wait behind what it does not read.
    else this.destroy();
    this.#state = 'closing';
    this.#stopWork();
    this.countHeld();
  }

  /** What `error` means for the client; ours are told to the host. */
  fail(error: unknown): void {
    if (error instanceof ProtocolError) {
      this.disconnect(resultCode.protocolError, error.message);
      return;
    }
    // An answer may have been left half written.
    this.writer.reset();
    this.host.reportFault(this, error);
    this.disconnect(resultCode.other, 'internal error');
  }

  abandonAll(): void {
    this.operations.clear();
    this.#pages?.clear();
    this.#pages = undefined;
  }

  #stopWork(): void {
    this.abandonAll();
    this.#intake.clear();
  }
}
