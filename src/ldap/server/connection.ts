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
import type { ConnectionHost } from './connection-host.js';
import { dispatch } from './dispatch.js';
import type { Identity } from './identity.js';
import { MessageBuffer } from './message-buffer.js';
import type { PendingOperation } from './pending-operation.js';
import { sliceMs, type SlicedWork } from './scheduler.js';

/** Bytes of answers after which they are given to the socket. */
export const pieceBytes = 64 * 1024;

const kib = 1024;
const messageBytesMax = { anonymous: 256 * kib, authenticated: 1024 * kib };
/** Pages that wait to be asked for: two searches of a whole country. */
const pagingLimits = { listsMax: 8, bytesMax: 5 * 1024 * kib, idleMs: 10 * 60_000 };
/** Time for the client to read the last answers and the notice. */
const closingMs = 2_000;

/**
 * `busy`: a bind or a handshake is going on, what follows it waits. `closing`: the notice is sent, what still comes
 * is thrown away, so that the notice is not lost with it.
 */
type State = 'open' | 'busy' | 'closing' | 'closed';

export class Connection implements SlicedWork {
  readonly host: ConnectionHost;
  readonly number: number;
  /** Of the client itself, as limits go by it. */
  readonly address: string;
  /** In the order in which their next slices come. */
  readonly operations = new Map<number, PendingOperation>();
  identity: Identity;
  #socket: Socket;
  #state: State = 'open';
  readonly #input = new MessageBuffer();
  /** `#input` may hold a whole message that waits for a turn. */
  #hasMoreInput = false;
  #isReading = true;
  #hasSpoken = false;
  #pages: PagedSearches | undefined;
  /** On the clock of the host, as everything in …AtMs here. */
  #activeAtMs: number;
  #blockedAtMs: number | undefined;

  constructor(host: ConnectionHost, socket: Socket, number: number, address: string) {
    this.host = host;
    this.number = number;
    this.address = address;
    this.identity = host.identities.anonymous(address);
    this.#socket = socket;
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
    return this.host.writer;
  }

  get pages(): PagedSearches {
    return (this.#pages ??= new PagedSearches(pagingLimits));
  }

  get isBlocked(): boolean {
    return this.#blockedAtMs !== undefined;
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

  // --- what comes in

  #listen(): void {
    this.#socket.on('data', this.#onData);
    this.#socket.on('drain', this.#onDrain);
    // Whoever read before us may have paused it.
    this.#socket.resume();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.isClosing) return;
    this.#input.push(chunk);
    this.#work(performance.now() + sliceMs, false);
    if (this.#hasWork) this.host.scheduler.add(this);
  };

  readonly #onDrain = (): void => {
    if (!this.isBlocked) return;
    this.#blockedAtMs = undefined;
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
      if (isTurn) this.#advanceOperations(deadlineMs);
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
      const length = frameLength(bytes, start, end, this.#messageBytesMax);
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

  get #messageBytesMax(): number {
    return this.identity.account ? messageBytesMax.authenticated : messageBytesMax.anonymous;
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

  /** One slice for the operation that waited longest. */
  #advanceOperations(deadlineMs: number): void {
    for (const operation of this.operations.values()) {
      if (this.isBlocked || this.isClosing || performance.now() > deadlineMs) return;
      this.operations.delete(operation.messageId);
      if (!operation.advance(this, deadlineMs)) this.operations.set(operation.messageId, operation);
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

  // --- what goes out

  /** A result without anything else in it. */
  answer(messageId: number, responseTag: ResultTag, code: ResultCode, message = ''): void {
    writeResult(this.writer, messageId, responseTag, { code, message });
  }

  /** Gives the socket what the shared writer holds; `isBlocked` tells whether it took it. */
  flush(): void {
    const { writer } = this;
    if (writer.length === 0) return;
    const socket = this.#socket;
    if (!socket.writable) {
      writer.reset();
      return;
    }
    const piece = writer.take();
    const isRoomLeft = socket.write(piece);
    if (socket.writableLength === 0) writer.giveBack(piece);
    else if (!isRoomLeft && !this.isBlocked) this.#blockedAtMs = this.host.nowMs;
  }

  // --- what takes time

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
    this.#work(performance.now() + sliceMs, false);
    if (this.#hasWork) this.host.scheduler.add(this);
  }

  /** Puts TLS on the connection; bytes that came already belong to the handshake. */
  secure(): void {
    const { tls } = this.host;
    const raw = this.#socket;
    if (!tls) return void raw.destroy();
    this.flush();
    this.#state = 'busy';
    raw.off('data', this.#onData).off('drain', this.#onDrain).pause();
    const rest = this.#input.takeRest();
    if (rest.length > 0) raw.unshift(rest);
    tls.secure(raw, (secured) => {
      if (this.#state !== 'busy') return void secured.destroy();
      this.#socket = secured;
      this.#state = 'open';
      this.#isReading = true;
      secured.on('close', this.#onClose).on('error', ignore);
      this.#listen();
    });
  }

  // --- how it ends

  /** Called by the host's sweep. */
  checkDeadlines(nowMs: number): void {
    const { firstMessageMs, idleMs, writeMs } = this.host.limits;
    const silentMs = nowMs - this.#activeAtMs;
    if (this.#state === 'closing') {
      if (silentMs > closingMs) this.destroy();
    } else if (this.#blockedAtMs !== undefined) {
      if (nowMs - this.#blockedAtMs > writeMs) this.destroy();
    } else if (!this.#hasSpoken) {
      if (silentMs <= firstMessageMs) return;
      if (this.#state === 'busy') this.destroy();
      else this.disconnect(resultCode.unavailable, 'no request received in time');
    } else if (this.isIdle && silentMs > idleMs) {
      this.disconnect(resultCode.unavailable, 'idle for too long');
    }
  }

  /** Notice of Disconnection (RFC 4511 section 4.4.1) behind what was answered, then the end. */
  disconnect(code: ResultCode, message: string): void {
    if (this.isClosing) return;
    if (this.#state === 'busy' && !this.#hasSpoken) return this.destroy();
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
