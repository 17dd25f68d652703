import type { Connection } from './connection.js';
import type { MemoryBudget } from './memory-budget.js';

/** What takes more than one slice. */
export type PendingOperation = {
  readonly messageId: number;
  /** Works until about `deadlineMs` or until the connection is blocked; true when done. `nowMs`: what the clock says. */
  advance(connection: Connection, deadlineMs: number, nowMs: number): boolean;
  /** Memory that it keeps until its next slice. */
  readonly heldBytes: number;
  /** Gives that memory up: called once, however the operation ends. */
  release(): void;
  /** Writes the response that a successful Cancel gives it. */
  cancel(connection: Connection): void;
  /** Writes the response of one that there is no memory for. */
  refuse(connection: Connection): void;
};

type Pending = {
  readonly operation: PendingOperation;
  /** When its request came. */
  readonly startMs: number;
  heldBytes: number;
};

/** By message ID, in the order in which their next slices come. Memory of each is counted, and given back at its end. */
export class PendingOperations {
  readonly #pending = new Map<number, Pending>();
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#pending.size;
  }

  has(messageId: number): boolean {
    return this.#pending.has(messageId);
  }

  get(messageId: number): PendingOperation | undefined {
    return this.#pending.get(messageId)?.operation;
  }

  /** What its first slice did not finish. */
  add(connection: Connection, operation: PendingOperation, startMs: number): void {
    this.#keep(connection, { operation, startMs, heldBytes: 0 });
  }

  /** Nothing more is done for it. */
  drop(messageId: number): void {
    const pending = this.#pending.get(messageId);
    if (!pending) return;
    this.#pending.delete(messageId);
    this.#end(pending);
  }

  clear(): void {
    for (const messageId of this.#pending.keys()) this.drop(messageId);
  }

  /** Slices in turn, until `deadlineMs`, the client's not reading, or the end of them all. */
  advance(connection: Connection, deadlineMs: number): void {
    // What is put back goes to the end, where this very loop comes to it again.
    for (const [messageId, pending] of this.#pending) {
      const nowMs = performance.now();
      if (connection.isBlocked || connection.isClosing || nowMs > deadlineMs) return;
      this.#pending.delete(messageId);
      let isDone = true;
      try {
        isDone = pending.operation.advance(connection, deadlineMs, nowMs);
      } finally {
        // Done, or broken: an error of ours ends the connection.
        if (isDone) this.#end(pending);
      }
      if (!isDone) this.#keep(connection, pending);
      else connection.host.counters.noteSearch(performance.now() - pending.startMs);
    }
  }

  /** One that needs more memory than there is ends here. */
  #keep(connection: Connection, pending: Pending): void {
    const { operation } = pending;
    const more = operation.heldBytes - pending.heldBytes;
    if (more > 0 && !this.#budget.hasRoom(more)) {
      operation.refuse(connection);
      this.#end(pending);
      return;
    }
    this.#budget.add(more);
    pending.heldBytes += more;
    this.#pending.set(operation.messageId, pending);
  }

  #end({ operation, heldBytes }: Pending): void {
    operation.release();
    this.#budget.add(-heldBytes);
  }
}
