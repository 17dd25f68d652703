// What leaves on one connection, and whether its client still reads.
import type { Socket } from 'node:net';
import type { ByteWriter } from '../ber/writer.js';
import type { ServerCounters } from './counters.js';

/** Bytes of answers after which they are given to the socket. */
export const pieceBytes = 64 * 1024;

/** Invariant: at most one piece, and what fits under the socket's own mark, wait in memory. */
export class AnswerOutput {
  /** Shared by all connections; empty between two turns. */
  readonly writer: ByteWriter;
  readonly #counters: ServerCounters;
  #socket: Socket;
  /** Since when the socket has not taken its piece. */
  #blockedAtMs: number | undefined;

  constructor(writer: ByteWriter, socket: Socket, counters: ServerCounters) {
    this.writer = writer;
    this.#counters = counters;
    this.#socket = socket;
  }

  get isBlocked(): boolean {
    return this.#blockedAtMs !== undefined;
  }

  moveTo(socket: Socket): void {
    this.#socket = socket;
  }

  /** Gives the socket what the writer holds. */
  flush(nowMs: number): void {
    const { writer } = this;
    if (writer.length === 0) return;
    const socket = this.#socket;
    if (!socket.writable) {
      writer.reset();
      return;
    }
    const piece = writer.take();
    this.#counters.bytesOut += piece.length;
    const isRoomLeft = socket.write(piece);
    // The kernel has it all: nobody reads that memory any more.
    if (socket.writableLength === 0) writer.giveBack(piece);
    else if (!isRoomLeft) this.#blockedAtMs ??= nowMs;
  }

  /** The socket drained. */
  unblock(): void {
    this.#blockedAtMs = undefined;
  }

  /** How long the client has read nothing of what waits for it; 0 when nothing does. */
  blockedMs(nowMs: number): number {
    return this.#blockedAtMs === undefined ? 0 : nowMs - this.#blockedAtMs;
  }
}
