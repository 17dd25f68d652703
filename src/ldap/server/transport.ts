// The socket of one connection, in clear and then perhaps under TLS: what comes, what leaves, whether either may.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ByteWriter } from '../ber/writer.js';
import { AnswerOutput } from './answer-output.js';
import type { ConnectionHost } from './connection-host.js';
import type { ServerCounters } from './counters.js';
import type { Scheduler } from './scheduler.js';
import type { TlsTerminator } from './tls-terminator.js';

export type TransportEvents = {
  readonly onData: (chunk: Buffer) => void;
  /** The client reads again. */
  readonly onUnblocked: () => void;
  /** The client sends nothing more, all that it sent was given: nothing can be answered to it any more. */
  readonly onEnded: () => void;
  /** May be called more than once. */
  readonly onClosed: () => void;
};

export class Transport {
  readonly #events: TransportEvents;
  readonly #output: AnswerOutput;
  readonly #scheduler: Scheduler;
  readonly #counters: ServerCounters;
  #socket: Socket;
  #isReading = true;
  #shouldRead = true;
  /** Too much came from all sockets at once. */
  #isHeldBack = false;

  constructor(
    { writer, scheduler, counters }: Pick<ConnectionHost, 'writer' | 'scheduler' | 'counters'>,
    socket: Socket,
    events: TransportEvents,
  ) {
    this.#scheduler = scheduler;
    this.#socket = socket;
    this.#events = events;
    this.#counters = counters;
    this.#output = new AnswerOutput(writer, socket, counters);
    socket.on('close', events.onClosed).on('error', ignore);
  }

  get writer(): ByteWriter {
    return this.#output.writer;
  }

  get isBlocked(): boolean {
    return this.#output.isBlocked;
  }

  /** Bytes that wait in the socket itself: come and not taken, or given and not sent. */
  get waitingBytes(): number {
    return this.#socket.readableLength + this.#socket.writableLength;
  }

  /** The TLS layer, once there is one. */
  get secured(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  listen(): void {
    this.#socket.on('data', this.#onData).on('drain', this.#onDrain);
    this.#socket.on('end', this.#events.onEnded);
    // Whoever read before us may have paused it.
    this.#socket.resume();
    this.#isReading = true;
    this.#shouldRead = true;
  }

  /**
   * Puts TLS on the connection. `rest`: bytes that came already, which belong to the handshake. What comes after it
   * is taken only if `onSecured` says that somebody still wants it.
   */
  secure(tls: TlsTerminator, rest: Buffer, onSecured: () => boolean): void {
    const raw = this.#socket;
    raw.off('data', this.#onData).off('drain', this.#onDrain).off('end', this.#events.onEnded);
    raw.pause();
    this.#isReading = false;
    this.#shouldRead = false;
    if (rest.length > 0) raw.unshift(rest);
    tls.secure(raw, (secured) => {
      if (!onSecured()) return void secured.destroy();
      this.#socket = secured;
      this.#output.moveTo(secured);
      secured.on('close', this.#events.onClosed).on('error', ignore);
      this.listen();
    });
  }

  setReading(shouldRead: boolean): void {
    this.#shouldRead = shouldRead;
    const isReading = shouldRead && !this.#isHeldBack;
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Gives the socket what was written; `isBlocked` tells whether it took it. */
  flush(nowMs: number): void {
    this.#output.flush(nowMs);
  }

  /** How long the client has read nothing of what waits for it; 0 when nothing does. */
  blockedMs(nowMs: number): number {
    return this.#output.blockedMs(nowMs);
  }

  /** Nothing more is sent; what comes is still read. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#counters.bytesIn += chunk.length;
    if (!this.#scheduler.takeBytes(chunk.length, this.#readAgain)) {
      this.#isHeldBack = true;
      this.setReading(this.#shouldRead);
    }
    this.#events.onData(chunk);
  };

  readonly #readAgain = (): void => {
    this.#isHeldBack = false;
    this.setReading(this.#shouldRead);
  };

  readonly #onDrain = (): void => {
    if (!this.isBlocked) return;
    this.#output.unblock();
    this.#events.onUnblocked();
  };
}

function ignore(): void {
  // Resets and broken pipes: 'close' follows, which is all that matters.
}
