// From bytes as they come to requests: each whole message is decoded and handed on, as long as there is time.
import { frameLength } from '../ber/frame.js';
import { decodeRequest } from '../protocol/decode-request.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { pieceBytes } from './answer-output.js';
import type { Connection } from './connection.js';
import { dispatch } from './dispatch.js';
import { messageBytesMax } from './identity.js';
import { MessageBuffer } from './message-buffer.js';

/** Waiting, before no more is read: an unbind and the end come behind less. */
const waitingReadMax = 16 * 1024;

export class RequestIntake {
  readonly #input = new MessageBuffer();
  #hasMore = false;

  /** There may be a whole message that waits for a turn. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  get heldBytes(): number {
    return this.#input.heldBytes;
  }

  /**
   * Whether to read on. While others have their turns or answers are not read, a little more is: only so is it seen that
   * a client has gone, and that what it asked for is of use to nobody.
   */
  takesMore(isBlocked: boolean): boolean {
    return this.#input.length < waitingReadMax || !(isBlocked || this.#hasMore);
  }

  push(chunk: Buffer): void {
    this.#input.push(chunk);
  }

  /** Takes out what is none of ours any more. */
  takeRest(): Buffer {
    return this.#input.takeRest();
  }

  /** What was pushed waits for a turn. */
  postpone(): void {
    this.#hasMore = true;
  }

  clear(): void {
    this.#input.clear();
    this.#hasMore = false;
  }

  /**
   * Until `deadlineMs`, the client's not reading, or a request that others must wait for. Throws what ends the connection.
   *
   * @param startMs what the clock just said: each look at it is a hundredth of a small search
   */
  handle(connection: Connection, deadlineMs: number, startMs: number): void {
    const input = this.#input;
    const { counters } = connection.host;
    let nowMs = startMs;
    this.#hasMore = false;
    while (connection.isOpen && input.length > 0) {
      const { bytes, start, end } = input;
      const length = frameLength(bytes, start, end, messageBytesMax(connection.identity));
      if (length === 0 || length > end - start) return;
      if (connection.isBlocked || nowMs > deadlineMs) {
        this.#hasMore = true;
        return;
      }
      input.consume(length);
      connection.noteMessage();
      const searches = counters.searchesAtOnce;
      handleMessage(connection, bytes, start, start + length, nowMs);
      const endMs = performance.now();
      if (counters.searchesAtOnce !== searches) counters.noteSearch(endMs - nowMs);
      nowMs = endMs;
      if (connection.writer.length >= pieceBytes) connection.flush();
    }
    this.#hasMore = input.length > 0;
  }
}

function handleMessage(
  connection: Connection,
  bytes: Buffer,
  start: number,
  end: number,
  nowMs: number,
): void {
  try {
    dispatch(connection, decodeRequest(bytes, start, end), nowMs);
  } catch (error) {
    // Nothing of ours throws a ProtocolError once it has begun to answer.
    if (!(error instanceof ProtocolError) || !error.canContinue) throw error;
    if (error.responseTag === undefined) return;
    connection.answer(error.messageId, error.responseTag, error.code, error.message);
  }
}
