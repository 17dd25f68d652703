// One client: what it sent and we have not handled, what we answered and it has not read, what it waits for.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { frameLength } from '../ber/frame.js';
import type { ByteWriter } from '../ber/writer.js';
import { decodeRequest } from '../protocol/decode-request.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { resultCode, type ResultCode } from '../protocol/result-code.js';
import { writeNoticeOfDisconnection, writeResult } from '../protocol/response.js';
import type { ResultTag } from '../protocol/operation-tag.js';
import { PagedSearches } from '../search/paged-search.js';
import { AnswerOutput, pieceBytes } from './answer-output.js';
import type { ConnectionHost } from './connection-host.js';
import { dispatch } from './dispatch.js';
import { messageBytesMax, type Identity } from './identity.js';
import { MessageBuffer } from './message-buffer.js';
import { findOverdue, type ConnectionState } from './overdue.js';
import { PendingOperations } from './pending-operation.js';
import type { SlicedWork } from './scheduler.js';

const kib = 1024;
/** Pages that wait to be asked for: two searches of a whole country. */
const pagingLimits = { listsMax: 8, bytesMax: 5 * 1024 * kib, idleMs: 10 * 60_000 };

export class Connection implements SlicedWork {
  readonly host: ConnectionHost;
  readonly number: number;
  /** Of the client itself, as limits go by it. */
  readonly address: string;
  readonly operations = new PendingOperations();
  identity: Identity;
  #socket: Socket;
  #state: ConnectionState = 'open';
  readonly #input = new MessageBuffer();
  /** `#input` may hold a whole message that waits for a turn. */
  #hasMoreInput = false;
  #isReading = true;
  #hasSpoken = false;
  #pages: PagedSearches | undefined;
  /** On the clock of the host, as everything in …AtMs here. */
  #activeAtMs: number;
  readonly #output: AnswerOutput;

  constructor(host: ConnectionHost, socket: Socket, number: number, address: string) {
    this.host = host;
    this.number = number;
    this.address = address;
    this.identity = host.identities.anonymous(address);
    this.#socket = socket;
    this.#output = new AnswerOutput(host.writer, socket);
    this.#activeAtMs = host.nowMs;
  }

  /** @param isLdaps TLS comes first */
  start(isLdaps: boolean): void {
    this.#socket.on('close', this.#onClose);
    this.#socket.on('error', ignore);
    if (isLdaps) this.secure();
    else this.#listen();
  }

  get writer(): ByteWriter {
    return this.#output.writer;
  }

  get pages(): PagedSearches {
    return (this.#pages ??= new PagedSearches(pagingLimits));
  }

  get isBlocked(): boolean {
    return this.#output.isBlocked;
  }

  get isClosing(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  get isIdle(): boolean {
    return this.#state === 'open' && this.operations.size === 0 && !this.isBlocked;
  }

  /** The TLS layer, once there is one. */
  get secured(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  #listen(): void {
    this.#socket.on('data', this.#onData);
    this.#socket.on('drain', this.#onDrain);
    // Whoever read before us may have paused it.
    this.#socket.resume();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.isClosing) return;
    this.#input.push(chunk);
    this.#workNow();
  };

  readonly #onDrain = (): void => {
    if (!this.isBlocked) return;
    this.#output.unblock();
    this.#activeAtMs = this.host.nowMs;
    if (this.#hasWork) this.host.scheduler.add(this);
    this.#updateReading();
  };

  readonly #onClose = (): void => {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#stopWork();
    this.host.forget(this);
  };

  /** Messages alone: what is going on waits for its turn. */
  #workNow(): void {
    const isRun = this.host.scheduler.runOnArrival(this.#workUntil);
    if (!isRun) this.#hasMoreInput = true;
    if (this.#hasWork) this.host.scheduler.add(this);
  }

  readonly #workUntil = (deadlineMs: number): void => this.#work(deadlineMs, false);

  /** A turn of the scheduler. */
  runSlice(deadlineMs: number): boolean {
    this.#work(deadlineMs, true);
    return this.#hasWork;
  }

  get #hasWork(): boolean {
    if (this.isClosing || this.isBlocked) return false;
    return this.operations.size > 0 || (this.#hasMoreInput && this.#state === 'open');
  }

  /** All that is answered in here leaves in one write (or in pieces of `pieceBytes`). */
  #work(deadlineMs: number, isTurn: boolean): void {
    try {
      this.#takeMessages(deadlineMs);
      if (isTurn) this.operations.advance(this, deadlineMs);
    } catch (error) {
      this.fail(error);
    }
    this.flush();
    this.#updateReading();
  }

  #takeMessages(deadlineMs: number): void {
    const input = this.#input;
    this.#hasMoreInput = false;
    while (this.#state === 'open' && input.length > 0) {
      const { bytes, start, end } = input;
      const length = frameLength(bytes, start, end, messageBytesMax(this.identity));
      if (length === 0 || length > end - start) return;
      if (this.isBlocked || performance.now() > deadlineMs) {
        this.#hasMoreInput = true;
        return;
      }
      input.consume(length);
      this.#hasSpoken = true;
      this.#activeAtMs = this.host.nowMs;
      this.#takeMessage(bytes, start, start + length);
      if (this.writer.length >= pieceBytes) this.flush();
    }
    this.#hasMoreInput = input.length > 0;
  }

  #takeMessage(bytes: Buffer, start: number, end: number): void {
    try {
      dispatch(this, decodeRequest(bytes, start, end));
    } catch (error) {
      // Nothing of ours throws a ProtocolError once it has begun to answer.
      if (!(error instanceof ProtocolError) || !error.canContinue) throw error;
      if (error.responseTag === undefined) return;
      this.answer(error.messageId, error.responseTag, error.code, error.message);
    }
  }

  #updateReading(): void {
    const shouldRead =
      this.#state === 'closing' ||
      (this.#state === 'open' && !this.isBlocked && !this.#hasMoreInput);
    if (shouldRead === this.#isReading || this.#state === 'closed') return;
    this.#isReading = shouldRead;
    if (shouldRead) this.#socket.resume();
    else this.#socket.pause();
  }

  /** A result without anything else in it. */
  answer(messageId: number, responseTag: ResultTag, code: ResultCode, message = ''): void {
    writeResult(this.writer, messageId, responseTag, { code, message });
  }

  /** Gives the socket what was written; `isBlocked` tells whether it took it. */
  flush(): void {
    this.#output.flush(this.host.nowMs);
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
    const raw = this.#socket;
    if (!tls) return void raw.destroy();
    this.flush();
    this.#state = 'busy';
    // A handshake has the time of a first message, whatever was said in clear.
    const hadSpoken = this.#hasSpoken;
    this.#hasSpoken = false;
    this.#activeAtMs = this.host.nowMs;
    raw.off('data', this.#onData).off('drain', this.#onDrain).pause();
    const rest = this.#input.takeRest();
    if (rest.length > 0) raw.unshift(rest);
    tls.secure(raw, (secured) => {
      if (this.#state !== 'busy') return void secured.destroy();
      this.#socket = secured;
      this.#output.moveTo(secured);
      this.#state = 'open';
      this.#hasSpoken = hadSpoken;
      this.#isReading = true;
      secured.on('close', this.#onClose).on('error', ignore);
      this.#listen();
    });
  }

  /** Called by the host's sweep. */
  checkDeadlines(nowMs: number): void {
    const standing = {
      state: this.#state,
      silentMs: nowMs - this.#activeAtMs,
      blockedMs: this.#output.blockedMs(nowMs),
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
    this.#socket.end();
    this.#updateReading();
  }

  destroy(): void {
    this.#socket.destroy();
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
    this.#pages = undefined;
  }

  #stopWork(): void {
    this.abandonAll();
    this.#input.clear();
    this.#hasMoreInput = false;
  }
}

function ignore(): void {
  // Resets and broken pipes: 'close' follows, which is all that matters.
}
